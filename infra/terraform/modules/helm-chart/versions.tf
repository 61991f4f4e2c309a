terraform {
  # 1.9 checks variables against each other; 1.10 locks state on S3 without a DynamoDB table.
  required_version = ">= 1.10.0, < 2.0.0"

  required_providers {
    helm = {
      source  = "hashicorp/helm"
      version = ">= 3.0.0, < 4.0.0"
    }
  }
}
