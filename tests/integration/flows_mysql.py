#!/usr/bin/env python3
"""A server of MariaDB that logs what it executes, and clients, for 08-flows-databases.py.

As a program, flows_mysql.py FILE is one of the clients: it prints a line of JSON for each connection, its port and how many
commands it sent that have a response. FILE is to be loaded into a table."""

import json
import re
import shutil
import struct
import subprocess
import sys
from pathlib import Path

PORT = 13306
PREPARE, EXECUTE, RESET, FETCH, CLOSE, STATISTICS = 0x16, 0x17, 0x1A, 0x1C, 0x19, 0x09
LOGGED = ("Query", "Prepare", "Execute", "Statistics", "Init DB")


class Mysql:
    def __init__(self, folder, started):
        from flows_messages import do, inside

        self.folder = folder / "mysql"
        self.folder.mkdir(mode=0o700)
        self.log, data = self.folder / "general", self.folder / "data"
        do("mariadb-install-db", "--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db", "--user=root", f"--datadir={data}")
        server = shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        options = ("--no-defaults", "--user=root", f"--datadir={data}", f"--port={PORT}", "--bind-address=127.0.0.1", f"--socket={self.folder}/s",
                   "--general-log", f"--general-log-file={self.log}", "--local-infile", "--innodb-flush-log-at-trx-commit=0")  # fmt: skip
        started.append(inside(server, *options, stderr=subprocess.DEVNULL))
        do(sys.executable, Path(__file__).parent / "flows_clients.py", "wait", PORT)

    def talk(self):
        """What the client of this file counted, by its ports. Another client sends a query at a time, of which two fail."""
        from flows_messages import NAMESPACE

        inside = ("ip", "netns", "exec", NAMESPACE)
        lines = [f"INSERT INTO test.t VALUES ({i});" for i in range(30)]
        script = "\n".join(["SELECT no_such;", *lines, "SELECT * FROM test.t a, test.t b LIMIT 3000;", "USE test;", "SHOW TABLES;", "SELECT 1/;"])
        (self.folder / "rows").write_text("".join(f"{i}\n" for i in range(700_000)))
        command = (*inside, sys.executable, __file__, self.folder / "rows")
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=120).stdout.splitlines()
        command = (*inside, "mariadb", "--no-defaults", "--force", "-h", "127.0.0.1", "-P", str(PORT), "-u", "root")
        subprocess.run(command, input=script.encode(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60, check=False)
        return {each["port"]: each["commands"] for each in map(json.loads, told)}

    def logged(self):
        """How many commands each of its connections sent, as the log says, in order of their beginning."""
        counts = {}
        for line in self.log.read_text(errors="replace").splitlines():
            found = re.match(r"[0-9: ]*\t+ *(\d+) ([A-Z][A-Za-z ]*)(?:\t|$)", line)
            if found:
                counts[int(found[1])] = counts.get(int(found[1]), 0) + (found[2].strip() in LOGGED)
        return list(counts.values())


def read_result(client):
    """The rest of a result set in binary, whose definitions are followed by an EOF packet."""
    columns = client._read_packet().get_all_data()[0]
    for _ in range(columns):
        client._read_packet()
    return read_rows(client) if not struct.unpack_from("<H", client._read_packet().get_all_data(), 3)[0] & 0x40 else None


def read_rows(client):
    while client._read_packet().get_all_data()[0] != 0xFE:
        pass


def prepared(client):
    """A statement, executed with and without a cursor."""
    client._execute_command(PREPARE, b"SELECT n, ? FROM test.t ORDER BY n LIMIT 50")
    reply = client._read_packet().get_all_data()
    statement, columns, parameters = struct.unpack_from("<IHH", reply, 1)
    for definitions in (parameters, columns):
        for _ in range(definitions + 1):
            client._read_packet()
    value = struct.pack("<BBHI", 0, 1, 3, 7)  # no NULL, new types: one number of four bytes, 7
    for _ in range(20):
        client._execute_command(EXECUTE, struct.pack("<IBI", statement, 0, 1) + value)
        read_result(client)
    client._execute_command(EXECUTE, struct.pack("<IBI", statement, 1, 1) + value)
    read_result(client)
    for _ in range(3):
        client._execute_command(FETCH, struct.pack("<II", statement, 10))
        read_rows(client)
    client._execute_command(RESET, struct.pack("<I", statement))
    client._read_ok_packet() if hasattr(client, "_read_ok_packet") else client._read_packet()
    client._execute_command(CLOSE, struct.pack("<I", statement))


def main():
    import pymysql

    class Counting(pymysql.connections.Connection):
        sent = 0

        def _execute_command(self, command, sql):
            # Quit and close have no response.
            self.sent += command not in (1, CLOSE)
            return super()._execute_command(command, sql)

    def connect(**more):
        return Counting(host="127.0.0.1", port=PORT, user="root", autocommit=True, **more)

    clients = []
    for _ in range(3):
        clients.append(connect(client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS, local_infile=True))
    first, second, third = clients
    with first.cursor() as cursor:
        cursor.execute("CREATE DATABASE test")
        cursor.execute("CREATE TABLE test.t (n INT)")
        cursor.execute("CREATE TABLE test.numbers (n INT)")
        cursor.executemany("INSERT INTO test.t VALUES (%s)", [(i,) for i in range(200)])
        for query in ("SELECT nothing", "SELEC"):
            try:
                cursor.execute(query)
            except pymysql.Error:
                pass
        cursor.execute(f"LOAD DATA LOCAL INFILE '{sys.argv[1]}' INTO TABLE test.numbers")
        cursor.execute("SELECT n FROM test.numbers LIMIT 20000")
        cursor.execute("SELECT 1; SELECT n FROM test.t; INSERT INTO test.t VALUES (1); SELECT 2")
        while cursor.nextset():
            pass
    for i in range(40):
        second.ping(reconnect=False)
        with second.cursor() as cursor:
            cursor.execute(f"SELECT SLEEP({i % 5 * 0.01}), REPEAT('x', {i * 300})")
    second.select_db("test")
    second._execute_command(STATISTICS, b"")
    second._read_packet()
    for _ in range(3):
        prepared(third)
    for client in clients:
        print(json.dumps({"port": client._sock.getsockname()[1], "commands": client.sent}))
        client.close()


if __name__ == "__main__":
    main()
