"""The command line of bin/demo."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DESCRIPTION = """\
Two guests and a merchant, from a receipt to a prize, against a running server: login, receipts,
review, points, the wheel, an order, live notices. Prints each step, what came back and how long it
took. Ends with 0 when everything was as it should be, and with 1 at the first difference.
"""
EPILOG = """\
The demo talks to the server through HTTP and WebSocket only, with one exception: the login codes,
which in production come by SMS. In development the server prints them, and the demo reads them
there. By default that is serve.log in bin/serve's data folder; --log names any other file that
the server's output goes to. A server with SMS_ACCEPT_ANY_CODE=1 takes any: give it --code 123456.

The two guests are new each time, with phone numbers drawn at random. The merchant must exist
(`flask user grant PHONE merchant`); `flask seed` in development makes 13900000001. Each run marks
its pictures, because the server takes no picture twice. Started again within a minute it waits
for the merchant's next login code, and about ten runs an hour use up the codes of an address.

examples:
  bin/serve                        in one terminal, and
  bin/demo                         in another
  bin/demo --data .data2           of a bin/serve --data .data2
  bin/demo --url http://127.0.0.1:3000 --ws ws://127.0.0.1:8080 --log web.log
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Play the story; 0 when all is well, 1 when something differs, 2 for a wrong command line."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    # Imported late: --help works before anything is installed.
    from demo.api import Api
    from demo.codes import Fixed, Printed
    from demo.narrator import Differs, Narrator
    from demo.story import play

    place = _of_bin_serve(arguments.data)
    url = arguments.url or place.get("url")
    if not url:
        parser.error(f"no bin/serve has run in {arguments.data}: start it, or give --url")
    ws = arguments.ws or (place["ws"] if not arguments.url else "ws" + url.removeprefix("http"))
    log = arguments.log or arguments.data / "serve.log"
    codes = Fixed(arguments.code) if arguments.code else Printed(log)
    narrator = Narrator(sys.stdout)
    try:
        play(narrator, Api(url, ws), codes, arguments.merchant)
    except Differs as difference:
        narrator.failed(str(difference))
        return 1
    narrator.finished()
    return 0


def _of_bin_serve(data: Path) -> dict[str, str]:
    """The addresses of the bin/serve that keeps its files in `data`; empty without one."""
    from dotenv import dotenv_values

    values = dotenv_values(data / "serve.env")
    if not values.get("PORT"):
        return {}
    host = values.get("BIND_HOST") or "127.0.0.1"
    host = "127.0.0.1" if host == "0.0.0.0" else host
    return {"url": f"http://{host}:{values['PORT']}", "ws": f"ws://{host}:{values['WS_PORT']}"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/demo",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", type=Path, default=PROJECT / ".data", help="bin/serve's folder (default: .data)")
    add("--url", help="the server's address (default: that of bin/serve)")
    add("--ws", help="its WebSocket address, when on a port of its own (default: as --url)")
    add("--log", type=Path, help="where the server prints login codes (default: serve.log there)")
    add("--code", help="a login code that works for everybody (SMS_ACCEPT_ANY_CODE=1)")
    add("--merchant", default="13900000001", help="the merchant's phone (default: 13900000001)")
    return parser


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os._exit(141)
