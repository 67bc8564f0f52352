#!/usr/bin/env python3
"""A mail server on loopback that asks for STARTTLS, a name and a password: writes its port to PORT-FILE, and each mail to MAIL-FILE.

    smtp_sink.py CERTIFICATE KEY USER PASSWORD PORT-FILE MAIL-FILE      runs until it is stopped
"""
import asyncio
import os
import pathlib
import ssl
import sys

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "watchbill"
sys.path.insert(0, str(CACHE / "judges"))
from aiosmtpd.smtp import SMTP, AuthResult  # noqa: E402

certificate, key, user, password, port_file, mail_file = sys.argv[1:]
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(certificate, key)


class Sink:
    async def handle_DATA(self, server, session, envelope):
        with open(mail_file, "a", encoding="utf-8") as file:
            file.write(f"{session.ssl and 'TLS' or 'plain'}, as {session.auth_data}, from {envelope.mail_from} to {', '.join(envelope.rcpt_tos)}\n")
            file.write(envelope.content.decode())
        return "250 taken"


def authenticate(server, session, envelope, mechanism, data):
    if data.login.decode() == user and data.password.decode() == password:
        return AuthResult(success=True, auth_data=user)
    return AuthResult(success=False, handled=False)


async def serve():
    make = lambda: SMTP(Sink(), tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate)
    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
    pathlib.Path(port_file).write_text(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


asyncio.run(serve())
