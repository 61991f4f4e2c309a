#!/usr/bin/env bash
# Plans an environment and keeps the plan for apply.sh: plan.sh dev|staging|prod [arguments of `terraform plan`, such as -var or -target]
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

take_more=' [arguments of terraform plan]'
take_environment "$@"
shift
check_arguments "$@"
find_engine
find_backend
prepare_workspace

mkdir -p "$workspaces/plans"
rm -f "$plan_file"
terraform_in_workspaces plan -lock-timeout=60s "-var-file=$environment.tfvars" "-out=plans/$environment.tfplan" "$@"
printf '\nThe plan is kept: scripts/apply.sh %s carries it out.\n' "$environment"
