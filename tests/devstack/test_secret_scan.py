"""What the scan for secrets sees, and what it leaves alone."""

import secrets
import subprocess

import pytest

from devstack import secret_scan

JWT = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJ" + "c" * 30, "s" * 43))


@pytest.mark.parametrize(
    "line",
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "key_id: " + "LTAI" + "5tAbcdEFGH1234ijklMNOP",
        "id=" + "AKID" + "a1B2" * 8,
        "mysql://root:" + "hunter2hunter2" + "@db.example.com/points",
        "Authorization: Bearer " + JWT,
        "JWT_SECRET=" + secrets.token_urlsafe(48) + "7",
        'ENCRYPTION_KEY: "' + secrets.token_hex(32) + '"',
    ],
    ids=["private key", "Aliyun", "Tencent", "database", "bearer", "text", "hexadecimal"],
)
def test_secrets_are_seen(line):
    assert list(secret_scan.suspicions(line))


@pytest.mark.parametrize(
    "line",
    [
        "JWT_SECRET=",
        "password = quote(values.get('db_password', ''), safe='')",
        "token = sessions.open_session(user)",
        "secret: ${JWT_SECRET:?openssl rand -base64 48}",
        "DATABASE_URL=mysql://points:${DB_PASSWORD}@db/points",
    ],
)
def test_code_and_examples_are_not(line):
    assert list(secret_scan.suspicions(line)) == []


def test_a_secret_that_was_taken_out_again_is_still_found(tmp_path, monkeypatch, capsys):
    def git(*words):
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    file = tmp_path / "settings.py"
    for content in ("JWT_SECRET = '" + secrets.token_urlsafe(48) + "7'\n", "JWT_SECRET = ''\n"):
        file.write_text(content)
        git("add", ".")
        git("commit", "-qm", "x")
    monkeypatch.chdir(tmp_path)
    assert secret_scan.main() == 1
    said = capsys.readouterr().out
    assert "settings.py" in said and "jwt" not in said.lower().replace("settings.py", "")
