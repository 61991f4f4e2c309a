# shellcheck shell=bash
# What plan.sh, apply.sh and destroy.sh share. Every guard says what is wrong and what to do; exit code 2 means that nothing was changed.

workspaces=$(cd "$(dirname "${BASH_SOURCE[0]}")/../workspaces" && pwd)
umask 077 # plans hold the values of the chart

refuse() {
  printf 'refused: %s\n' "$1" >&2
  exit 2
}

usage() {
  printf 'usage: %s dev|staging|prod%s\n' "$(basename "$0")" "$1" >&2
  exit 2
}

# take_environment "$@": the first argument, checked, in $environment.
take_environment() {
  environment=${1:-}
  case $environment in
    dev | staging | prod) ;;
    *) usage "${take_more:-}" ;;
  esac
  var_file=$workspaces/$environment.tfvars
  [[ -f $var_file ]] || refuse "there is no $environment.tfvars in workspaces/"
  # shellcheck disable=SC2034 # read by the scripts that source this one
  plan_file=$workspaces/plans/$environment.tfplan
  # Each environment has its own: a backend that was initialized for one is never used by another.
  export TF_DATA_DIR=$workspaces/.terraform-$environment
  export TF_IN_AUTOMATION=1 TF_INPUT=0
  local name
  for name in "${!TF_CLI_ARGS@}"; do
    refuse "$name is set: it would add arguments to those of this script"
  done
}

# Terraform or OpenTofu, in $engine: PAYLOG_TERRAFORM, else what is in PATH. Never another than the one that was named: states of the
# one are not always read by the other.
find_engine() {
  local candidate candidates=(terraform tofu)
  [[ -z ${PAYLOG_TERRAFORM:-} ]] || candidates=("$PAYLOG_TERRAFORM")
  for candidate in "${candidates[@]}"; do
    if command -v "$candidate" >/dev/null; then
      engine=$candidate
      return
    fi
  done
  [[ -z ${PAYLOG_TERRAFORM:-} ]] || refuse "PAYLOG_TERRAFORM names $PAYLOG_TERRAFORM, which is no program that can be run"
  refuse 'neither terraform nor tofu is in PATH; PAYLOG_TERRAFORM may name one'
}

terraform_in_workspaces() {
  "$engine" -chdir="$workspaces" "$@"
}

# Arguments that would go around a guard, or around the lock of the state.
check_arguments() {
  local argument
  for argument in "$@"; do
    case $argument in
      -lock=* | --lock=*) refuse "$argument: two runs at once would spoil the state" ;;
      -auto-approve* | --auto-approve*) refuse "$argument: apply.sh asks where it must" ;;
      -var-file* | --var-file*) refuse "$argument: $environment is described by $environment.tfvars" ;;
      -var=environment=* | --var=environment=* | environment=*) refuse "$argument: the environment is the first argument" ;;
      -out* | --out* | -state* | --state* | -destroy* | --destroy*) refuse "$argument: the scripts decide that" ;;
    esac
  done
}

# The backend of the environment, in $backend_file and $backend_type: the one file backends/<environment>.<type>.tfbackend.
find_backend() {
  local found=()
  local file
  for file in "$workspaces/backends/$environment".*.tfbackend; do
    if [[ -f $file ]]; then
      found+=("$file")
    fi
  done
  if [[ ${#found[@]} -eq 0 ]]; then
    refuse "no backend for $environment: copy workspaces/backends/example.<type>.tfbackend to $environment.<type>.tfbackend and fill it in (s3, gcs, azurerm or kubernetes)"
  fi
  if [[ ${#found[@]} -gt 1 ]]; then
    refuse "more than one backend for $environment: $(basename -a "${found[@]}" | paste -sd ' ')"
  fi
  backend_file=${found[0]}
  backend_type=$(basename "$backend_file" .tfbackend)
  backend_type=${backend_type#"$environment".}
  case $backend_type in
    s3)
      grep -Eq '^[[:space:]]*(use_lockfile[[:space:]]*=[[:space:]]*true|dynamodb_table[[:space:]]*=)' "$backend_file" ||
        refuse "$(basename "$backend_file") does not lock the state: set use_lockfile = true"
      ;;
    gcs | azurerm | kubernetes) ;;
    *) refuse "backend type $backend_type of $(basename "$backend_file") is none of s3, gcs, azurerm, kubernetes, which lock the state" ;;
  esac
}

# Initializes the backend and selects the workspace of the environment.
prepare_workspace() {
  if [[ -n ${TF_WORKSPACE:-} && $TF_WORKSPACE != "$environment" ]]; then
    refuse "TF_WORKSPACE is $TF_WORKSPACE, but the environment is $environment"
  fi
  unset TF_WORKSPACE # else the selection below is refused
  # The type of a backend cannot be given on the command line.
  local declaration
  declaration=$(printf 'terraform {\n  backend "%s" {}\n}\n' "$backend_type")
  if [[ $(cat "$workspaces/backend.tf" 2>/dev/null) != "$declaration" ]]; then
    printf '%s\n' "$declaration" >"$workspaces/backend.tf"
  fi
  terraform_in_workspaces init -reconfigure "-backend-config=$backend_file"
  terraform_in_workspaces workspace select -or-create=true "$environment"
  local selected
  selected=$(terraform_in_workspaces workspace show)
  [[ $selected == "$environment" ]] || refuse "the selected workspace is $selected, but the environment is $environment"
}

# can_be_confirmed <word> <what happens>: refuses what confirm would refuse without asking.
can_be_confirmed() {
  local word=$1
  if [[ -n ${PAYLOG_CONFIRM:-} ]]; then
    [[ $PAYLOG_CONFIRM == "$word" ]] || refuse "PAYLOG_CONFIRM is \"$PAYLOG_CONFIRM\"; $2 takes \"$word\""
  else
    [[ -t 0 ]] || refuse "$2 takes a confirmation: a terminal, or PAYLOG_CONFIRM=\"$word\""
  fi
}

# confirm <word> <what happens>: the word in PAYLOG_CONFIRM, or typed at a terminal.
confirm() {
  local word=$1 answer
  can_be_confirmed "$@"
  [[ -z ${PAYLOG_CONFIRM:-} ]] || return 0
  printf 'This is %s. Type "%s" to go on: ' "$2" "$word" >&2
  read -r answer
  [[ $answer == "$word" ]] || refuse "not confirmed"
}
