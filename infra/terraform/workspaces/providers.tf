# The context is named, never the current one of whoever runs this: a plan for staging cannot reach production by a forgotten
# `kubectl config use-context`.
provider "helm" {
  kubernetes = {
    config_path    = pathexpand(var.kubeconfig)
    config_context = var.kube_context
  }
}
