"""What `bench/http` is made of: servers, data, requests, gauges, books and the report.

Two servers stand on one MariaDB (a database each) and take turns: A B A B. Everything runs on this
machine, so a figure is only worth its ratio to the other one of the same minutes.
"""
