"""A web page for a browser under test."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class served:
    """A page at an address of its own, and what the page posts back."""

    def __init__(self, page: str) -> None:
        heard: queue.Queue[str] = queue.Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(page.encode())

            def do_POST(self) -> None:
                heard.put(self.rfile.read(int(self.headers["Content-Length"])).decode())
                self._answer(b"")

            def _answer(self, body: bytes) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                """Nothing to the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._heard = heard

    def __enter__(self) -> tuple[str, "queue.Queue[str]"]:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}/", self._heard

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
