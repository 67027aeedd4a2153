"""A network namespace with a name server and an ear on every packet, around one program.

Run as `unshare -rnm PYTHON ear.py REPORT PROGRAM…`: every look-up of a name and every packet that
is not for loopback goes into the report, a JSON list. Sending succeeds: where there is no route, an
attempt would be silent.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

NOT_PERMITTED = 77
_LAST_PACKETS_SECONDS = 0.5
_MS_BIND = 4096
_EVERY_PROTOCOL = 3
_TCP, _UDP = 6, 17
_PORTED = (_TCP, _UDP)
_RESET = 4
_ICMP, _UNREACHABLE = 1, 3
_ELSEWHERE = "198.51.100.7"  # an address for documentation: RFC 5737


def main(report: Path, program: list[str]) -> int:
    try:
        _open_interface()
        _name_this_machine_as_name_server()
        names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        names.bind(("127.0.0.1", 53))
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_EVERY_PROTOCOL))
        packets.bind(("lo", _EVERY_PROTOCOL))
    except OSError as error:
        print(f"not permitted: {error}", file=sys.stderr)
        return NOT_PERMITTED
    heard: set[str] = set()
    for listen, ear in ((_answer_names, names), (_hear_packets, packets)):
        threading.Thread(target=listen, args=(ear, heard), daemon=True).start()
    code = subprocess.run(program, check=False).returncode
    time.sleep(_LAST_PACKETS_SECONDS)
    report.write_text(json.dumps(sorted(heard)))
    return code


def _open_interface() -> None:
    """Bring loopback up, and let it carry the packets for every other address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        up = struct.pack("16sH14x", b"lo", 0x1 | 0x40)
        fcntl.ioctl(control, 0x8914, up)  # SIOCSIFFLAGS
    link = socket.if_nametoindex("lo")
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        for family in (socket.AF_INET, socket.AF_INET6):
            # RTM_NEWROUTE: table local, protocol static, scope host, type local; RTA_OIF is lo.
            route = struct.pack("BBBBBBBBI", family, 0, 0, 0, 255, 4, 254, 2, 0)
            route += struct.pack("HHi", 8, 4, link)
            header = struct.pack("IHHII", 16 + len(route), 24, 0x1 | 0x4 | 0x400, 1, 0)
            netlink.send(header + route)
            (error,) = struct.unpack_from("i", netlink.recv(4096), 16)
            if error and family == socket.AF_INET:
                raise OSError(-error, "the route to everywhere")


def _name_this_machine_as_name_server() -> None:
    import ctypes

    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
        file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.mount(file.name.encode(), b"/etc/resolv.conf", None, _MS_BIND, None):
        raise OSError(ctypes.get_errno(), "mount /etc/resolv.conf")
    Path(file.name).unlink()


def _answer_names(ear: socket.socket, heard: set[str]) -> None:
    """Answer every question for an address, so that what asked goes on to connect."""
    while True:
        query, asker = ear.recvfrom(4096)
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1 : at + 1 + query[at]].decode("ascii", "replace"))
            at += 1 + query[at]
        heard.add(f"name {'.'.join(labels)}")
        question = query[12 : at + 5]
        (kind,) = struct.unpack_from("!H", query, at + 1)
        count = 1 if kind == 1 else 0
        answer = query[:2] + struct.pack("!HHHHH", 0x8180, 1, count, 0, 0) + question
        if count:
            answer += struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(_ELSEWHERE)
        ear.sendto(answer, asker)


def _hear_packets(ear: socket.socket, heard: set[str]) -> None:
    while True:
        packet, _ = ear.recvfrom(65536)
        version = packet[0] >> 4
        if version == 4:
            target = socket.inet_ntoa(packet[16:20])
            header, protocol = (packet[0] & 15) * 4, packet[9]
        elif version == 6:
            target = socket.inet_ntop(socket.AF_INET6, packet[24:40])
            header, protocol = 40, packet[6]
        else:
            continue
        if not (target.startswith("127.") or target == "::1"):
            is_reset = protocol == _TCP and packet[header + 13] & _RESET
            if is_reset or (protocol == _ICMP and packet[header] == _UNREACHABLE):
                continue  # the answer to an attempt that was heard
            port = struct.unpack_from("!H", packet, header + 2)[0] if protocol in _PORTED else 0
            heard.add(f"packet {target} port {port}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
