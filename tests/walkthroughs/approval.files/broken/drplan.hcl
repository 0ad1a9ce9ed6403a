stack = "ecommerce"

approval {
  allowed_signers = "allowed_signers"
  quorum          = 2
}
