"""Points are money: the wallet, its ledger and the hash chain over it, check-ins."""
