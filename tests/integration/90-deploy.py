#!/usr/bin/env python3
"""Goal: what deploy/kubernetes applies is accepted by a real API server, its command lines and those of deploy/systemd by the programs,
and of tenure-kube's rules each verb of each resource is needed: without it the log names the rule.

Every object is created in a server-side dry run, in which an unknown field is an error. The pods must be admitted: all but those of
tenure-flows under the level "restricted" of the pod security standards.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from kube_api import BUILD, KUBE, ROOT, Lab

DEPLOY = ROOT / "deploy/kubernetes"
NAMESPACE = "tenure"
MONITORING = DEPLOY / "monitoring"
OPERATOR = "monitoring.coreos.com"
GROUPS = {f"{OPERATOR}/v1": f"/apis/{OPERATOR}/v1", "apps/v1": "/apis/apps/v1", "rbac.authorization.k8s.io/v1": "/apis/rbac.authorization.k8s.io/v1", "v1": "/api/v1"}
PLURALS = {
    "ServiceAccount": "serviceaccounts", "ConfigMap": "configmaps", "Service": "services", "Namespace": "namespaces",
    "Deployment": "deployments", "DaemonSet": "daemonsets", "StatefulSet": "statefulsets", "Pod": "pods",
    "ServiceMonitor": "servicemonitors", "PrometheusRule": "prometheusrules", "ClusterRole": "clusterroles", "ClusterRoleBinding": "clusterrolebindings",
}  # fmt: skip
WITHOUT_NAMESPACE = {"Namespace", "ClusterRole", "ClusterRoleBinding"}
EX_USAGE = 64


def documents():
    """What kustomize would apply: the files that kustomization.yaml lists, and the ConfigMap that it makes."""
    plan = yaml.safe_load((DEPLOY / "kustomization.yaml").read_text())
    found = [each for name in plan["resources"] for each in yaml.safe_load_all((DEPLOY / name).read_text())]
    listed = {DEPLOY / name for name in plan["resources"]}
    assert listed == {*DEPLOY.glob("*.yaml")} - {DEPLOY / "kustomization.yaml"}, "a file is not in kustomization.yaml"
    (maps,) = plan["configMapGenerator"]
    data = dict(line.split("=", 1) for name in maps["envs"] for line in (DEPLOY / name).read_text().splitlines())
    return [*found, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": maps["name"]}, "data": data}]


def path_of(document, namespace=NAMESPACE):
    place = "" if document["kind"] in WITHOUT_NAMESPACE else f"/namespaces/{namespace}"
    return f"{GROUPS[document['apiVersion']]}{place}/{PLURALS[document['kind']]}"


def create(api, document, namespace=NAMESPACE, dry=False):
    query = "?fieldValidation=Strict" + ("&dryRun=All" if dry else "")
    status, answer = api.call("POST", path_of(document, namespace) + query, document)
    assert status == 201, f"{document['kind']} {document['metadata']['name']}: {status} {answer.get('message')}"


def thing(**members):
    return {"type": "object", "properties": members}


TEXT, MAP = {"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}
# Of the operator's own definitions, which are too large to keep here, the members that we may use.
SPECS = {
    "ServiceMonitor": thing(selector=thing(matchLabels=MAP), jobLabel=TEXT,
                            endpoints={"type": "array", "items": thing(port=TEXT, path=TEXT, interval=TEXT)}),
    "PrometheusRule": thing(groups={"type": "array", "items": thing(name=TEXT, rules={
        "type": "array", "items": thing(alert=TEXT, expr=TEXT, labels=MAP, annotations=MAP, **{"for": TEXT})})}),
}  # fmt: skip


def install(api, kind):
    """Defines KIND."""
    plural = PLURALS[kind]
    version = {"name": "v1", "served": True, "storage": True,
               "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPECS[kind]}}}}  # fmt: skip
    names = {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"}
    definition = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"{plural}.{OPERATOR}"},
                  "spec": {"group": OPERATOR, "scope": "Namespaced", "names": names, "versions": [version]}}  # fmt: skip
    status, answer = api.call("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
    assert status == 201, answer
    deadline = time.monotonic() + 30
    while api.call("GET", f"/apis/{OPERATOR}/v1/{plural}")[0] != 200:
        assert time.monotonic() < deadline, f"{plural} are not served"
        time.sleep(0.1)


def selects(labels, metadata):
    return labels.items() <= metadata["labels"].items()


def check_monitoring(api, found):
    """What the Prometheus operator reads is accepted, and finds every pod's port, once."""
    plan = yaml.safe_load((MONITORING / "kustomization.yaml").read_text())
    listed = {MONITORING / name for name in plan["resources"]}
    assert listed == {*MONITORING.glob("*.yaml")} - {MONITORING / "kustomization.yaml"}, "a file is not in kustomization.yaml"
    documents = {each["kind"]: each for path in listed for each in yaml.safe_load_all(path.read_text())}
    for kind, document in documents.items():
        install(api, kind)
        create(api, document, dry=True)
    monitor = documents["ServiceMonitor"]["spec"]
    (endpoint,) = monitor["endpoints"]
    services = [each for each in found if each["kind"] == "Service" and selects(monitor["selector"]["matchLabels"], each["metadata"])]
    for each in workloads(found):
        template = each["spec"]["template"]
        (container,) = template["spec"]["containers"]
        name = each["metadata"]["name"]
        # By two Services each pod would be scraped twice.
        (service,) = [service for service in services if selects(service["spec"]["selector"], template["metadata"])]
        (port,) = [port for port in service["spec"]["ports"] if port["name"] == endpoint["port"]]
        assert port["targetPort"] in [port["name"] for port in container.get("ports", [])], f"{name}: has no port {port['targetPort']}"
        assert service["metadata"]["labels"][monitor["jobLabel"]] == name, f"{name}: its job would have another name"
        assert each["spec"].get("serviceName", name) == service["metadata"]["name"], f"{name}: its Service has another name"
    print(f"{len(documents)} objects of the Prometheus operator are accepted")


def workloads(found):
    return [each for each in found if each["kind"] in ("Deployment", "DaemonSet", "StatefulSet")]


def check_server(api, found):
    """Every object in a dry run, and a pod of each workload under the level that it is made for."""
    create(api, next(each for each in found if each["kind"] == "Namespace"))
    for name, level in (("strict", "restricted"), ("open", "privileged")):
        labels = {"pod-security.kubernetes.io/enforce": level}
        create(api, {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    for document in found:
        if document["kind"] != "Namespace":
            create(api, document, dry=True)
    for each in workloads(found):
        level = "open" if each["metadata"]["name"] == "tenure-flows" else "strict"
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": each["metadata"]["name"]}}
        create(api, account, level)
        spec = dict(each["spec"]["template"]["spec"])
        spec["volumes"] = [{"name": claim["metadata"]["name"], "emptyDir": {}} for claim in each["spec"].get("volumeClaimTemplates", [])]
        create(api, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": each["metadata"]["name"]}, "spec": spec}, level, dry=True)
    print(f"{len(found)} objects are accepted, and {len(workloads(found))} pods admitted")


def commands(found):
    """The program, the arguments and the environment of each pod and each unit."""
    for each in workloads(found):
        (container,) = each["spec"]["template"]["spec"]["containers"]
        yield *container["command"], container["args"], [more["name"] for more in container.get("env", [])]
    for unit in sorted((ROOT / "deploy/systemd").glob("*.service")):
        (line,) = re.findall(r"^ExecStart=/usr/local/bin/(.*)", unit.read_text(), re.M)
        program, *arguments = line.replace("%i", "lo").split()
        yield program, arguments, re.findall(r"^Environment=(\w+)=", unit.read_text(), re.M)


def check_commands(found, folder):
    """The programs take their command lines, with the environment that they have there: without a broker they do not end with 64."""
    for program, arguments, more in commands(found):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TENURE_")}
        environment.update({name: "x" for name in more}, TENURE_BROKERS="127.0.0.1:1", TENURE_CLUSTER="c")
        arguments = [re.sub(r"^--(listen|listen-dns)=.*:\d+", r"--\1=127.0.0.1:0", word) for word in arguments]
        arguments = [re.sub(r"/var/lib/[^/]+", str(folder / program), word) for word in arguments]
        if program == "tenure-kube":
            environment["TENURE_KUBECONFIG"] = str(folder / "none")
        try:
            done = subprocess.run([BUILD / program, *arguments], env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, timeout=5)
        except subprocess.TimeoutExpired:
            continue
        assert done.returncode not in (EX_USAGE, 0) and done.returncode > 0, (program, done.returncode, done.stderr)
    print("their command lines are accepted")


def check_units(folder):
    """systemd finds no fault in the units."""
    if shutil.which("systemd-analyze") is None:
        return print("systemd is not here: its units are not verified")
    for unit in sorted((ROOT / "deploy/systemd").glob("*.service")):
        copy = folder / unit.name
        copy.write_text(re.sub(r"^Documentation=.*\n", "", unit.read_text().replace("/usr/local/bin", str(BUILD)), flags=re.M))
        told = subprocess.run(["systemd-analyze", "verify", copy], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
        mine = [line for line in told.splitlines() if unit.name.split("@")[0] in line]
        assert not mine, mine


def kubeconfig(lab, name, folder):
    """One for the ServiceAccount NAME, with a token that the server issues."""
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}}
    status, answer = lab.api.call("POST", f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{name}/token", request)
    assert status == 201, answer
    text = lab.kubeconfig.read_text().replace("token: reader-token", f"token: {answer['status']['token']}")
    path = folder / name
    path.write_text(text)
    return path


def bind(api, name, rules):
    group = "rbac.authorization.k8s.io"
    create(api, {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}})
    create(api, {"apiVersion": f"{group}/v1", "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules})
    create(api, {"apiVersion": f"{group}/v1", "kind": "ClusterRoleBinding", "metadata": {"name": name},
                 "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": name},
                 "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}]})  # fmt: skip


def one_by_one(rules):
    """Each verb of each resource by itself."""
    return [(rule["apiGroups"][0], resource, verb) for rule in rules for resource in rule["resources"] for verb in rule["verbs"]]


def as_rules(rights):
    return [{"apiGroups": [group], "resources": [resource], "verbs": [verb]} for group, resource, verb in rights]


def check_rules(lab, found, folder):
    """With all rules everything is covered; without one of them, that one is asked for."""
    role = next(each for each in found if each["kind"] == "ClusterRole")
    rights = one_by_one(role["rules"])
    accounts = {"all": None, **{f"no-{resource}-{verb}": (resource, verb) for _, resource, verb in rights}}
    running = {}
    for name, lacking in accounts.items():
        bind(lab.api, name, as_rules([right for right in rights if right[1:] != lacking]))
    for name in accounts:
        log, out = (folder / f"{name}.log").open("wb"), (folder / f"{name}.out").open("wb")
        command = [KUBE, "--cluster", "c", "--kubeconfig", kubeconfig(lab, name, folder), "--out", "-"]
        running[name] = subprocess.Popen(command, stdout=out, stderr=log)
    waiting = dict(accounts)
    deadline = time.monotonic() + 60
    try:
        while waiting and time.monotonic() < deadline:
            time.sleep(0.5)
            for name, lacking in list(waiting.items()):
                told, written = (folder / f"{name}.log").read_text(), (folder / f"{name}.out").read_text()
                if lacking is None:
                    done = '"type":"PROGRESS"' in written and all(f'"{right[1]}"' in written for right in rights)
                else:
                    done = re.search(rf"resources: \[{lacking[0]}\], verbs: \[list, watch\]", told)
                if done:
                    del waiting[name]
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(20)
    told = (folder / "all.log").read_text()
    assert not waiting, {name: (folder / f"{name}.log").read_text() for name in waiting}
    assert "lacks" not in told and " 403" not in told, told
    print(f"{len(rights)} rights are enough; without each one the log names the rule")


def main():
    found = documents()
    with tempfile.TemporaryDirectory(prefix="tenure-deploy-") as name, Lab(WITHOUT="controllers", CONTROLLERS="none") as lab:
        folder = Path(name)
        check_server(lab.api, found)
        check_monitoring(lab.api, found)
        check_commands(found, folder)
        check_units(folder)
        check_rules(lab, found, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
