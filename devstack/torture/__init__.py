"""bin/torture: a crowd of guests through HTTP while everything under the service is broken in turn.

`service` runs the processes, `client` is a phone that repeats a request until it knows what became
of it, `crowd` is what the guests do, `faults` is what happens to them, `book` is what the crowd was
told, and `audit` compares that with the database afterwards.
"""
