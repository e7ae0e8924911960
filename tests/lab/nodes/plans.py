"""What is recorded: for each recording its network, its length, and what happens to pods and nodes.

An action is a method of Life (life.py).  OFTEN: action -> how often, in shares of all; EVENTS: (seconds from the start, action).
"""
import dataclasses

PODS = {"delete": 20, "force": 4, "evict": 3, "lose_sandbox": 5, "lose_container": 4, "run_job": 14, "flash": 5, "overstay": 2,
        "roll_out": 2, "change_static": 2, "force_static": 1}


@dataclasses.dataclass(frozen=True)
class Plan:
    title: str
    network: str = "ptp"            # or "bridge": the CNI plug-in that is used
    families: tuple = (4,)          # of addresses
    seconds: float = 240.0
    every: float = 2.0              # seconds between two actions, on average
    often: dict = dataclasses.field(default_factory=lambda: PODS)
    events: tuple = ()
    least: int = 20000              # flow ends that the recording must have
    known: float = 85.0             # percent of the ends that must be known
    held_known: float = 90.0        # percent of those that one pod held 2 s before and after


# What all recordings together must have.
ALL_ENDS, ALL_KNOWN, ALL_HELD_KNOWN = 100000, 99.5, 99.5
PLANS = {
    "churn": Plan("pods come and go; full nodes hand addresses over within seconds"),
    "sandboxes": Plan("sandboxes die, the CNI is slow, the kubelet is away while pods are forced out", often=dict(PODS, lose_sandbox=25),
                      events=((50, "slow_network"), (90, "pause_kubelet"), (92, "force"), (94, "force"), (96, "force"), (130, "slow_network"),
                              (160, "pause_kubelet"), (163, "delete"), (164, "force"))),
    "evictions": Plan("a bridge; evictions, static pods, short pods", network="bridge",
                      often=dict(PODS, evict=10, overstay=8, flash=15, change_static=8, force_static=4),
                      events=((30, "fill_disk"), (80, "fill_disk"), (110, "drain"), (150, "fill_disk"))),
    "restarts": Plan("dual stack; kubelets, containerd and shims are killed and start again", families=(4, 6),
                     events=((30, "restart_kubelet"), (55, "kill_shims"), (80, "restart_runtime"), (110, "pause_kubelet"),
                             (150, "restart_kubelet"), (165, "kill_shims"), (190, "restart_runtime"))),
    "power": Plan("a bridge and dual stack; power-off, and a node that is deleted and comes back with other ranges", network="bridge",
                  families=(4, 6), seconds=270.0, events=((45, "cut_power_briefly"), (110, "cut_power"), (185, "replace_node"))),
}
SHORT = Plan("a little of everything, for make test", families=(4, 6), seconds=70.0, every=0.8, least=3000, known=80.0, held_known=88.0,
             events=((10, "fill_disk"), (15, "restart_kubelet"), (24, "kill_shims"), (32, "cut_power_briefly")))
