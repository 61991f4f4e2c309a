#!/usr/bin/env bash
# Removes the release of an environment: destroy.sh dev|staging|prod
# Always takes a confirmation: `destroy <environment>` typed at a terminal, or in PAYLOG_CONFIRM; prod takes PAYLOG_DESTROY_PROD=1 too.
# At a terminal it is asked for when the plan has been shown; PAYLOG_CONFIRM is looked at before anything is done.
# Topics, indices, the namespace and the records in them stay: they are not the release's. So do ServiceAccount, ConfigMap and NetworkPolicy
# `<release>-setup` of the set-up job: Helm makes them as hooks, and removes no hooks. The README says how.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

take_environment "$@"
[[ $# -eq 1 ]] || refuse "destroy.sh takes no arguments but the environment"
find_engine
find_backend
confirmation=("destroy $environment" "the removal of $environment")
if [[ $environment == prod && ${PAYLOG_DESTROY_PROD:-} != 1 ]]; then
  refuse 'production is not removed by accident: set PAYLOG_DESTROY_PROD=1 if it is meant'
fi
can_be_confirmed "${confirmation[@]}"

prepare_workspace
mkdir -p "$workspaces/plans"
plan_file=$workspaces/plans/$environment.destroy.tfplan
trap 'rm -f "$plan_file"' EXIT
terraform_in_workspaces plan -destroy -lock-timeout=60s "-var-file=$environment.tfvars" "-out=plans/$environment.destroy.tfplan"
confirm "${confirmation[@]}"
terraform_in_workspaces apply -lock-timeout=60s "plans/$environment.destroy.tfplan"
