locals {
  is_directory = var.chart_repository == null && !startswith(var.chart, "oci://")

  # What the chart is made of. The provider looks at the version of a chart in a directory and not at its files: their hash stands in the
  # release's description, so that a change of a template is a change of the plan.
  chart_files = local.is_directory ? sort(concat(
    ["Chart.yaml", "values.yaml"],
    tolist(fileset(var.chart, "values.schema.json")),
    tolist(fileset(var.chart, "templates/**")),
    tolist(fileset(var.chart, "files/**")),
  )) : []
  chart_hash    = sha256(join("\n", [for file in local.chart_files : "${file} ${filesha256("${var.chart}/${file}")}"]))
  chart_version = local.is_directory ? yamldecode(file("${var.chart}/Chart.yaml")).version : var.chart_version
  description   = local.is_directory ? "chart ${local.chart_version}, files ${substr(local.chart_hash, 0, 12)}" : "chart ${local.chart_version}"
}

resource "helm_release" "this" {
  name             = var.release_name
  namespace        = var.namespace
  create_namespace = var.create_namespace

  chart       = var.chart
  repository  = var.chart_repository
  version     = local.is_directory ? null : var.chart_version
  description = local.description
  values      = local.values

  # The schema of the chart is checked when planning.
  lint = true

  # Done means that all pods are ready.
  wait            = true
  wait_for_jobs   = true
  timeout         = var.timeout_seconds
  atomic          = var.rollback_on_failure
  cleanup_on_fail = true
  max_history     = var.max_history

  lifecycle {
    # On the release itself, so that -target does not go around it.
    precondition {
      condition     = length(local.faults) == 0
      error_message = "The values that the chart would get, whatever input they come from, cannot be installed:\n- ${join("\n- ", local.faults)}"
    }
  }
}
