provider "registry.opentofu.org/hashicorp/aws" {
  version = "6.28.0"

  hashes = [
    "h1:0Xh3fJcM6T0yqYB3z2yUuJkq3vYc6m3W2aTg0m7l0aE=",
  ]
}
