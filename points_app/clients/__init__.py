"""The outside world: one package or module a service, each with its own exceptions and timeouts."""
