"""castproof, a program that pip installs as `castproof`; here are the way to it and, in
`capture`, what writes the router logits of a running PyTorch model for it."""
