#!/usr/bin/env bash
# Plans an environment and keeps the plan for apply.sh: plan.sh dev|staging|prod [arguments of `terraform plan`, such as -var or -target]
# With -detailed-exitcode a plan with changes ends with 3 and not, as Terraform's own, with 2, which means refused here.
set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

CHANGES=3
take_more=' [arguments of terraform plan]'
take_environment "$@"
shift
check_arguments "$@"
find_engine
find_backend
prepare_workspace

mkdir -p "$workspaces/plans"
rm -f "$plan_file"
code=0
terraform_in_workspaces plan -lock-timeout=60s "-var-file=$environment.tfvars" "-out=plans/$environment.tfplan" "$@" || code=$?
# 2 is what -detailed-exitcode says of a plan with changes.
if [[ $code -ne 0 && $code -ne 2 ]]; then
  rm -f "$plan_file" # Terraform keeps what it refuses, too
  exit "$code"
fi
printf '\nThe plan is kept: scripts/apply.sh %s carries it out.\n' "$environment"
[[ $code -eq 0 ]] || exit "$CHANGES"
