"""A server beyond the cluster: the address that pods call and nobody in the cluster holds."""
import argparse
import os

import netns
import shop
import workload


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", required=True)
    options = parser.parse_args()
    netns.die_with_parent()
    workload.run({"uid": "outside", "service": "bank", "port": shop.OUTSIDE_PORT, "listen": netns.OUTSIDE_ADDRESS,
                  "think": shop.OUTSIDE.think, "bytes": shop.OUTSIDE.size, "calls": [], "dns": "",
                  "log": os.path.join(options.dir, "work-outside")})


if __name__ == "__main__":
    main()
