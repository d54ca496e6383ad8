"""How gunicorn serves wsgi:app. Everything that differs between machines is an environment
variable: PORT, WS_PORT, BIND_HOST, WEB_CONCURRENCY, WEB_THREADS."""

import os


def _binds() -> list[str]:
    """One listener, or two with the same application when WS_PORT is another port than PORT."""
    ports = [os.environ.get("PORT") or "3000", os.environ.get("WS_PORT")]
    host = os.environ.get("BIND_HOST") or "0.0.0.0"
    return [f"{host}:{port}" for port in dict.fromkeys(ports) if port]


bind = _binds()
worker_class = "gthread"  # blocking drivers; WebSockets leave their thread (points_app.realtime)
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = int(os.environ.get("WEB_THREADS") or 32)

graceful_timeout = 10  # platforms kill 30 s after SIGTERM; an upload waits at most 8 s
keepalive = 5
backlog = 2048
# A heartbeat file on a disk that stalls would get a healthy worker killed.
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None

# A request line carries at most a token in the WebSocket address.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# Only ProxyFix, told by TRUSTED_PROXIES, decides whom to believe about scheme and address.
forwarded_allow_ips = ""

control_socket_disable = True  # it would listen in the home folder
accesslog = None  # the application logs its requests itself, without tokens and phone numbers
errorlog = "-"


def worker_exit(server: object, worker: object) -> None:
    """Close the worker's WebSockets with 1012, so that clients reconnect elsewhere at once."""
    from points_app.realtime import shut_down

    shut_down()
