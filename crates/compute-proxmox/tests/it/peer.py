"""Serves a fakepve with a template and a token: python peer.py PORT CERT KEY TOKEN SECRET"""

import asyncio
import sys

from fakepve import FakePve


async def main(port, cert, key, token, secret):
    pve = FakePve(host="127.0.0.1", port=int(port))
    pve.apitokens[token] = secret
    disk = "local-lvm:base-9000-disk-0,size=1G"
    config = {"name": "tiny", "cores": 1, "memory": 512, "boot": "order=scsi0", "scsi0": disk}
    pve.add_vm(9000, "tiny", node="pve1", template=True, config=config)
    await pve.start(cert, key)
    await asyncio.Event().wait()


asyncio.run(main(*sys.argv[1:]))
