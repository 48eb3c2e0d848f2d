"""Messages on a Unix socket: JSON behind its length, with open files beside it."""

import json
import os
import socket
import struct

LENGTH = struct.Struct("!I")
MOST_FILES = 3


def send(connection: socket.socket, message: object, files: tuple[int, ...] = ()) -> None:
    text = json.dumps(message).encode()
    socket.send_fds(connection, [LENGTH.pack(len(text))], files)
    connection.sendall(text)


def receive(connection: socket.socket) -> tuple[object, list[int]]:
    """A message and the files that came with it, which are the caller's to close.

    Raises:
        ConnectionError: the other side has closed the connection.
    """
    head, files, _, _ = socket.recv_fds(connection, LENGTH.size, MOST_FILES)
    try:
        head += _exactly(connection, LENGTH.size - len(head))
        return json.loads(_exactly(connection, LENGTH.unpack(head)[0])), files
    except BaseException:
        for file in files:
            os.close(file)
        raise


def _exactly(connection: socket.socket, size: int) -> bytes:
    text = b""
    while len(text) < size:
        piece = connection.recv(size - len(text))
        if not piece:
            raise ConnectionResetError("The connection was closed.")
        text += piece
    return text


def is_own(connection: socket.socket) -> bool:
    """Whether the other side is a process of the same user."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return struct.unpack("3i", peer)[1] == os.getuid()
