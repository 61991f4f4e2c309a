# A small cluster for trying things, with brokers and store in the namespace: values-dev.yaml as it is.
environment  = "dev"
kube_context = "kind-paylog"
