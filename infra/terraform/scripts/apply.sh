#!/usr/bin/env bash
# Carries out the plan that plan.sh kept, and nothing else: apply.sh dev|staging|prod
# prod takes a confirmation: `prod` typed at a terminal, or PAYLOG_CONFIRM=prod. A plan is good for 60 minutes (PAYLOG_PLAN_MINUTES).
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

take_environment "$@"
[[ $# -eq 1 ]] || refuse "apply.sh takes no arguments but the environment: what is applied was decided by plan.sh"
find_engine
find_backend

[[ -f $plan_file ]] || refuse "there is no plan for $environment: run scripts/plan.sh $environment and read what it says"
minutes=${PAYLOG_PLAN_MINUTES:-60}
[[ $minutes =~ ^[0-9]+$ ]] || refuse "PAYLOG_PLAN_MINUTES is \"$minutes\", not a number"
if [[ -z $(find "$plan_file" -mmin "-$minutes") ]]; then
  refuse "the plan for $environment is older than $minutes minutes: run scripts/plan.sh $environment again"
fi
if [[ $environment == prod ]]; then
  confirm prod 'a change of production'
fi

prepare_workspace
terraform_in_workspaces apply -lock-timeout=60s "plans/$environment.tfplan"
rm -f "$plan_file"
terraform_in_workspaces output
