"""castproof, a program that pip installs as `castproof`; here is only the way to it."""
