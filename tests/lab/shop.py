"""The cluster that the lab plays: services, who calls whom, and their API objects."""

NAMESPACE = "shop"
PORT = 8080        # every server's own port
SERVICE_PORT = 80  # every ClusterIP's
AGENT_PORT = 9100
OUTSIDE_PORT = 443


class Service:
    """One workload and its service.  CALLS: service name -> calls a second from each pod."""

    def __init__(self, kind, replicas, think, size, calls, headless=False, server=True):
        self.kind, self.replicas, self.think, self.size = kind, replicas, think, size
        self.calls, self.headless, self.server = calls, headless, server


SERVICES = {
    "loadgen": Service("Deployment", 3, 0, 0, {"web": 2.0, "search": 1.2}, server=False),
    "web": Service("Deployment", 4, 0.030, 2400, {"cart": 0.6, "catalog": 0.6, "reviews": 0.4}),
    "cart": Service("Deployment", 3, 0.008, 500, {"payment": 0.6}),
    "catalog": Service("Deployment", 4, 0.015, 1500, {}, headless=True),
    "search": Service("Deployment", 3, 0.050, 900, {"catalog": 0.8}),
    "payment": Service("StatefulSet", 3, 0.120, 300, {"bank": 0.3}, headless=True),
    "reviews": Service("Deployment", 3, 0.020, 1100, {"queue": 0.6}),
    "queue": Service("Deployment", 3, 0.004, 120, {}, headless=True),
    "monitor": Service("Deployment", 1, 0, 0, {"agent": 0.8, "queue": 0.4}, server=False),
    "agent": Service("DaemonSet", 0, 0.002, 700, {}, headless=True),
}
JOB = Service("Job", 1, 0, 0, {"catalog": 1.5, "reviews": 1.0}, server=False)
OUTSIDE = Service("outside", 1, 0.060, 400, {})   # "bank", beyond the cluster


def service_of(name):
    return JOB if name == "report" else SERVICES[name]


def pod_template(name, restart="Always"):
    service = service_of(name)
    port = AGENT_PORT if service.kind == "DaemonSet" else PORT
    container = {"name": "main", "image": f"registry.example/{name}:1"}
    if service.server:
        container["ports"] = [{"name": "http", "containerPort": port}]
    spec = {"schedulerName": "lab", "terminationGracePeriodSeconds": 30, "automountServiceAccountToken": False,
            "restartPolicy": restart, "containers": [container]}
    if service.kind == "DaemonSet":
        spec["hostNetwork"] = True
    return {"metadata": {"labels": {"app": name}}, "spec": spec}


def workload_object(name):
    """(collection, object) of the controller that owns the service's pods."""
    service = SERVICES[name]
    spec = {"selector": {"matchLabels": {"app": name}}, "template": pod_template(name)}
    if service.kind != "DaemonSet":
        spec["replicas"] = service.replicas
    if service.kind == "StatefulSet":
        spec.update(serviceName=name, podManagementPolicy="Parallel")
    return (f"/apis/apps/v1/namespaces/{NAMESPACE}/{service.kind.lower()}s",
            {"apiVersion": "apps/v1", "kind": service.kind, "metadata": {"name": name, "labels": {"app": name}},
             "spec": spec})


def service_object(name):
    service = SERVICES[name]
    port = AGENT_PORT if service.kind == "DaemonSet" else PORT
    spec = {"selector": {"app": name},
            "ports": [{"name": "http", "protocol": "TCP", "port": port if service.headless else SERVICE_PORT,
                       "targetPort": "http"}]}
    if service.headless:
        spec["clusterIP"] = "None"
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def job_template(keep_seconds):
    return {"ttlSecondsAfterFinished": keep_seconds, "backoffLimit": 0, "template": pod_template("report", restart="Never")}


def cron_job_object():
    """Suspended: its Jobs are made by hand, as `kubectl create job --from=cronjob/report` makes them."""
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": "report", "labels": {"app": "report"}},
            "spec": {"schedule": "0 0 1 1 *", "suspend": True, "successfulJobsHistoryLimit": 100,
                     "jobTemplate": {"spec": job_template(600)}}}


def job_object(name, cron_job, keep_seconds):
    """A Job of one pod; finished, it stays for KEEP_SECONDS, its podIP with it."""
    owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": cron_job["metadata"]["name"],
             "uid": cron_job["metadata"]["uid"], "controller": True}
    return {"apiVersion": "batch/v1", "kind": "Job", "spec": job_template(keep_seconds),
            "metadata": {"name": name, "labels": {"app": "report"}, "ownerReferences": [owner]}}


def node_object(name, address):
    return {"apiVersion": "v1", "kind": "Node",
            "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name,
                                                  "topology.kubernetes.io/region": "lab",
                                                  "topology.kubernetes.io/zone": "lab-" + name}}}


def node_status(name, address, version):
    return {"status": {
        "addresses": [{"type": "InternalIP", "address": address}, {"type": "Hostname", "address": name}],
        "nodeInfo": {"kubeletVersion": version, "kubeProxyVersion": "", "operatingSystem": "linux", "architecture": "amd64",
                     "machineID": "", "systemUUID": "", "bootID": "", "kernelVersion": "", "osImage": "lab",
                     "containerRuntimeVersion": "containerd://2.0.0"},
        "conditions": [{"type": "Ready", "status": "True", "reason": "KubeletReady"}]}}
