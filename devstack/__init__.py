"""The services a developer's machine lacks, for bin/serve, the tests and the measurements.

    with scratch_folder() as folder, mariadb_server(folder / "db") as db:
        db.url                      # mysql+pymysql://root@127.0.0.1:41234/points?charset=utf8mb4
        db.stop(); db.start()       # the same address again; db.kill() is the power cut

Servers listen on the loopback only, stop with the `with` block, and die with their parent even
when that is killed. Start them from the main thread.
"""
