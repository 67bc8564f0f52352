"""The steps of e2e/kubectl-session: `STEPS` is (name, verb, commands) in the order they run; `{own}`, `{gone}` and names of `FILES`
in braces are filled in."""

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: localhost:32000/web:1
        ports: [{containerPort: 80}]
        env: [{name: A, value: "1"}, {name: B, value: "2"}]
"""
FILES = {
    "configmap.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {app: web}}\ndata: {colour: blue, size: small}\n",
    "configmap2.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings, labels: {app: web}}\ndata: {colour: green}\n",
    "deployment.yaml": DEPLOYMENT,
    "deployment2.yaml": DEPLOYMENT.replace('value: "1"', 'value: "3"').replace("web:1", "web:2"),
    "wrong.yaml": DEPLOYMENT.replace("replicas: 2", "replikas: 2"),
    "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: task}\nspec:\n  restartPolicy: Never\n  containers:\n"
                "  - {name: main, image: 'localhost:32000/task:1', command: ['true']}\n",
    "job.yaml": "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec:\n  template:\n    spec:\n"
                "      restartPolicy: Never\n      containers: [{name: main, image: 'localhost:32000/task:1'}]\n",
    "crd.yaml": """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.sea.example}
spec:
  group: sea.example
  scope: Namespaced
  names: {kind: Boat, plural: boats, singular: boat, shortNames: [bt]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.crew, statusReplicasPath: .status.crew}}
    additionalPrinterColumns:
    - {name: Port, type: string, jsonPath: .spec.port}
    - {name: Crew, type: integer, jsonPath: .spec.crew}
    - {name: Ready, type: string, jsonPath: '.status.conditions[?(@.type=="Ready")].status'}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: A boat that somebody sails.
        properties:
          spec:
            type: object
            description: What the boat is to be.
            required: [port]
            properties:
              port: {type: string, description: Where it lies.}
              crew: {type: integer, default: 2, minimum: 0}
              sails: {type: array, items: {type: string}}
          status:
            type: object
            x-kubernetes-preserve-unknown-fields: true
""",
    "boat.yaml": "apiVersion: sea.example/v1\nkind: Boat\nmetadata: {name: vela}\nspec: {port: Kiel}\n",
    "boat-bad.yaml": "apiVersion: sea.example/v1\nkind: Boat\nmetadata: {name: wreck}\nspec: {port: 7}\n",
    "owned.yaml": "",
}

# Each step: name, verb, command. `{file}` names a file above; a command of several lines ends as its last.
STEPS = [
    ("create namespace", "create", "kubectl create namespace sea"),
    ("create again", "create", "kubectl create namespace sea"),
    ("get namespaces", "get", "kubectl get ns sea"),
    ("create configmap", "create", "kubectl -n sea create configmap plain --from-literal=a=1 --from-literal=b=2"),
    ("create secret", "create", "kubectl -n sea create secret generic hidden --from-literal=word=open"),
    ("create serviceaccount", "create", "kubectl -n sea create serviceaccount robot"),
    ("create from file", "create", "kubectl -n sea create -f {configmap.yaml}"),
    ("create deployment", "create", "kubectl -n sea create deployment quick --image=localhost:32000/web:1 --replicas=0"),
    ("create role", "create", "kubectl -n sea create role reader --verb=get,list --resource=configmaps"),
    ("create rolebinding", "create", "kubectl -n sea create rolebinding reader --role=reader --serviceaccount=sea:robot"),
    ("create dry run", "create", "kubectl -n sea create configmap dry --from-literal=a=1 --dry-run=server -o yaml"),
    ("get table", "get", "kubectl -n sea get configmap plain settings"),
    ("get wide", "get", "kubectl -n sea get deployment -o wide"),
    ("get yaml", "get", "kubectl -n sea get configmap settings -o yaml"),
    ("get json", "get", "kubectl -n sea get configmap settings -o json --show-managed-fields"),
    ("get name", "get", "kubectl -n sea get configmap,secret -o name | grep -v -e root-ca -e token"),
    ("get jsonpath", "get", "kubectl -n sea get configmap settings -o jsonpath='{.data.colour}'"),
    ("get go-template", "get", "kubectl -n sea get configmap settings -o go-template='{{{{.data.size}}}}'"),
    ("get custom columns", "get", "kubectl -n sea get configmap settings -o custom-columns=N:.metadata.name,C:.data.colour"),
    ("get sorted", "get", "kubectl -n sea get configmap plain settings --sort-by=.metadata.name"),
    ("get by label", "get", "kubectl -n sea get configmap -l app=web --show-labels"),
    ("get label column", "get", "kubectl -n sea get configmap -l app=web -L app"),
    ("get by field", "get", "kubectl -n sea get configmap --field-selector metadata.name=plain"),
    ("get all namespaces", "get", "kubectl get configmap -A -l app=web"),
    ("get missing", "get", "kubectl -n sea get configmap nothing"),
    ("get unknown kind", "get", "kubectl get spaceships"),
    ("get secret", "get", "kubectl -n sea get secret hidden -o jsonpath='{.data.word}'"),
    ("get all", "get", "kubectl -n sea get all -o name"),
    ("get raw", "get", "kubectl get --raw /healthz"),
    ("get watch", "get -w",
     "(sleep 1.5; kubectl -n sea annotate configmap plain seen=yes; sleep 0.7) >/dev/null &\n"
     "timeout 4 kubectl -n sea get configmap plain -w"),
    ("get watch events", "get -w",
     "(sleep 1.5; kubectl -n sea create configmap fleeting; kubectl -n sea delete configmap fleeting) >/dev/null &\n"
     "timeout 5 kubectl -n sea get configmap -w --output-watch-events | grep -e fleeting -e EVENT"),
    # Sorted: kubectl writes the keys in the order of a Go map, another one each time.
    ("describe configmap", "describe", "kubectl -n sea describe configmap settings | sort"),
    ("describe deployment", "describe", "kubectl -n sea describe deployment quick | grep -v -e ReplicaSet -e Scaling"),
    ("describe namespace", "describe", "kubectl describe namespace sea"),
    ("apply new", "apply", "kubectl -n sea apply -f {deployment.yaml}"),
    ("apply same", "apply", "kubectl -n sea apply -f {deployment.yaml}"),
    ("diff", "diff", "kubectl -n sea diff -f {deployment2.yaml} | grep '^[+-] '"),
    ("apply changed", "apply", "kubectl -n sea apply -f {deployment2.yaml}"),
    ("applied", "apply",
     "kubectl -n sea get deployment web -o jsonpath='{.metadata.generation} {.spec.template.spec.containers[0].env} {.spec.template.spec.containers[0].image}'"),
    ("apply wrong field", "apply", "kubectl -n sea apply -f {wrong.yaml}"),
    ("apply dry run", "apply", "kubectl -n sea apply -f {deployment.yaml} --dry-run=server"),
    ("apply removes", "apply",
     "kubectl -n sea apply -f {configmap.yaml} >/dev/null 2>&1\nkubectl -n sea apply -f {configmap2.yaml}\n"
     "kubectl -n sea get configmap settings -o jsonpath='{.data}'"),
    ("apply server-side", "apply --server-side",
     "kubectl -n sea apply --server-side --field-manager=one -f {pod.yaml} --dry-run=server"),
    ("apply conflict", "apply --server-side",
     "kubectl -n sea apply --server-side --field-manager=two -f {configmap.yaml}"),
    ("apply forced", "apply --server-side",
     "kubectl -n sea apply --server-side --field-manager=two --force-conflicts -f {configmap.yaml}\n"
     "kubectl -n sea get configmap settings -o jsonpath='{.data}'"),
    ("apply deployment server-side", "apply --server-side",
     "kubectl -n sea apply --server-side --field-manager=two --force-conflicts -f {deployment.yaml}\n"
     "kubectl -n sea get deployment web -o jsonpath='{.spec.template.spec.containers[0].env}'"),
    ("edit", "edit", "KUBE_EDITOR=\"sed -i s/colour:.*/colour:\\ red/\" kubectl -n sea edit configmap settings\n"
                     "kubectl -n sea get configmap settings -o jsonpath='{.data.colour}'"),
    ("edit nothing", "edit", "KUBE_EDITOR=true kubectl -n sea edit configmap settings"),
    ("patch merge", "patch", "kubectl -n sea patch configmap plain --type=merge -p '{{\"data\":{{\"a\":null,\"c\":\"3\"}}}}'\n"
                             "kubectl -n sea get configmap plain -o jsonpath='{{.data}}'"),
    ("patch json", "patch",
     "kubectl -n sea patch configmap plain --type=json -p '[{{\"op\":\"replace\",\"path\":\"/data/b\",\"value\":\"9\"}}]'\n"
     "kubectl -n sea get configmap plain -o jsonpath='{{.data}}'"),
    ("patch strategic", "patch",
     "kubectl -n sea patch deployment web -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"web\",\"env\":[{{\"name\":\"C\",\"value\":\"7\"}}]}}]}}}}}}}}'\n"
     "kubectl -n sea get deployment web -o jsonpath='{{.spec.template.spec.containers[*].env}}'"),
    ("patch strategic delete", "patch",
     "kubectl -n sea patch deployment web -p '{{\"spec\":{{\"template\":{{\"spec\":{{\"containers\":[{{\"name\":\"web\",\"env\":[{{\"name\":\"A\",\"$patch\":\"delete\"}}]}}]}}}}}}}}'\n"
     "kubectl -n sea get deployment web -o jsonpath='{{.spec.template.spec.containers[*].env}}'"),
    ("patch status", "patch",
     "kubectl -n sea patch deployment quick --subresource=status --type=merge -p '{{\"status\":{{\"observedGeneration\":7}}}}'"),
    ("patch nonsense", "patch", "kubectl -n sea patch configmap plain --type=json -p '[{{\"op\":\"remove\",\"path\":\"/data/zz\"}}]'"),
    ("set image", "patch", "kubectl -n sea set image deployment/web web=localhost:32000/web:3"),
    ("set env", "patch", "kubectl -n sea set env deployment/web D=4\n"
                         "kubectl -n sea get deployment web -o jsonpath='{.spec.template.spec.containers[*].env[*].name}'"),
    ("label", "label", "kubectl -n sea label configmap plain tier=back"),
    ("label again", "label", "kubectl -n sea label configmap plain tier=front"),
    ("label overwrite", "label", "kubectl -n sea label configmap plain tier=front --overwrite\nkubectl -n sea get configmap plain -o jsonpath='{.metadata.labels}'"),
    ("label remove", "label", "kubectl -n sea label configmap plain tier-"),
    ("label wrong", "label", "kubectl -n sea label configmap plain 'tier=not/allowed'"),
    ("annotate", "annotate", "kubectl -n sea annotate configmap plain note='two words'"),
    ("annotate remove", "annotate", "kubectl -n sea annotate configmap plain note-"),
    ("scale", "scale", "kubectl -n sea scale deployment web --replicas=4\nkubectl -n sea get deployment web -o jsonpath='{.spec.replicas}'"),
    ("scale condition", "scale", "kubectl -n sea scale deployment web --current-replicas=9 --replicas=1"),
    ("autoscale kind", "scale", "kubectl -n sea scale configmap plain --replicas=2"),
    ("rollout status", "rollout status",
     "kubectl -n sea create -f {deployment.yaml} --dry-run=client -o json | sed s/web/still/g | kubectl -n sea apply -f - >/dev/null\n"
     "kubectl -n sea scale deployment still --replicas=0 >/dev/null\n"
     "kubectl -n sea patch deployment still --subresource=status --type=merge -p '{{\"status\":{{\"observedGeneration\":9}}}}' >/dev/null\n"
     "kubectl -n sea rollout status deployment still --timeout=5s"),
    ("rollout status waits", "rollout status", "kubectl -n sea rollout status deployment web --timeout=1s 2>&1 | tail -1"),
    ("rollout restart", "rollout status", "kubectl -n sea rollout restart deployment web"),
    ("wait", "wait", "kubectl -n sea wait configmap/plain --for=jsonpath='{{.data.b}}'=9 --timeout=5s"),
    ("wait runs out", "wait", "kubectl -n sea wait configmap/plain --for=jsonpath='{{.data.b}}'=0 --timeout=1s"),
    ("wait for deletion", "wait",
     "(sleep 1; kubectl -n sea delete secret hidden) >/dev/null &\nkubectl -n sea wait secret/hidden --for=delete --timeout=8s"),
    ("pod create", "create", "kubectl -n sea create -f {pod.yaml}"),
    ("pod get", "get", "kubectl -n sea get pod task"),
    ("pod describe", "describe", "kubectl -n sea describe pod task | grep -e ^Name -e ^Status -e Image: -e Command -A1 | head -12"),
    ("pod immutable", "patch", "kubectl -n sea patch pod task --type=merge -p '{{\"spec\":{{\"restartPolicy\":\"Always\"}}}}' 2>&1 | head -3"),
    ("logs too early", "logs", "kubectl -n sea logs task 2>&1 | head -1"),
    ("logs wrong container", "logs", "kubectl -n sea logs task -c other"),
    ("pod delete", "delete", "kubectl -n sea delete pod task --now"),
    ("job", "create", "kubectl -n sea create -f {job.yaml}\nkubectl -n sea get job once"),
    ("job immutable", "patch", "kubectl -n sea patch job once --type=merge -p '{{\"spec\":{{\"completions\":5}}}}' 2>&1 | cut -c1-90"),
    ("job suspend", "patch", "kubectl -n sea patch job once --type=strategic -p '{{\"spec\":{{\"parallelism\":0}}}}'"),
    ("events", "events", "kubectl -n sea create -f - <<'END' >/dev/null\n"
     "{{\"apiVersion\":\"v1\",\"kind\":\"Event\",\"metadata\":{{\"name\":\"plain.1\"}},\"involvedObject\":{{\"kind\":\"ConfigMap\","
     "\"name\":\"plain\",\"namespace\":\"sea\",\"apiVersion\":\"v1\"}},\"reason\":\"Seen\",\"message\":\"somebody looked\",\"type\":\"Normal\","
     "\"firstTimestamp\":\"2026-01-01T00:00:00Z\",\"lastTimestamp\":\"2026-01-01T00:00:00Z\",\"count\":1}}\nEND\n"
     "kubectl -n sea events --for configmap/plain"),
    ("get events", "events", "kubectl -n sea get events --field-selector involvedObject.name=plain"),
    ("crd create", "create", "kubectl create -f {crd.yaml}\nkubectl wait crd/boats.sea.example --for=condition=Established --timeout=10s"),
    ("crd api-resources", "api-resources", "sleep 2; kubectl api-resources --api-group=sea.example"),
    ("custom apply", "apply", "kubectl -n sea apply -f {boat.yaml}"),
    ("custom apply again", "apply", "kubectl -n sea apply -f {boat.yaml}"),
    ("custom columns", "get", "kubectl -n sea get bt"),
    ("custom default", "get", "kubectl -n sea get boat vela -o jsonpath='{.spec}'"),
    ("custom invalid", "apply", "kubectl -n sea apply -f {boat-bad.yaml}"),
    ("custom unknown field", "apply", "sed s/port/prot/ {boat.yaml} | kubectl -n sea apply -f -"),
    ("custom status", "patch",
     "kubectl -n sea patch boat vela --subresource=status --type=merge -p '{{\"status\":{{\"conditions\":[{{\"type\":\"Ready\",\"status\":\"True\"}}]}}}}'\n"
     "kubectl -n sea get boat vela"),
    ("custom scale", "scale", "kubectl -n sea scale boat vela --replicas=5\nkubectl -n sea get boat vela -o jsonpath='{.spec.crew}'"),
    ("custom strategic", "patch", "kubectl -n sea patch boat vela --type=strategic -p '{{\"spec\":{{\"crew\":1}}}}'"),
    ("custom wait", "wait", "kubectl -n sea wait boat/vela --for=condition=Ready --timeout=5s"),
    ("custom edit", "edit", "KUBE_EDITOR=\"sed -i s/port:.*/port:\\ Oslo/\" kubectl -n sea edit boat vela\n"
                            "kubectl -n sea get boat vela -o jsonpath='{.spec.port}'"),
    ("custom explain", "explain", "kubectl explain boat.spec"),
    ("custom describe", "describe", "kubectl -n sea describe boat vela"),
    ("explain", "explain", "kubectl explain configmap"),
    ("explain field", "explain", "kubectl explain deployment.spec.replicas"),
    ("explain recursive", "explain", "kubectl explain lease --recursive"),
    ("explain unknown", "explain", "kubectl explain configmap.nothing"),
    ("api-resources", "api-resources", "kubectl api-resources --namespaced=true --api-group=apps"),
    ("api-resources core", "api-resources", "kubectl api-resources --api-group='' -o name"),
    ("api-versions", "api-resources", "kubectl api-versions"),
    ("version", "version", "kubectl version -o json | sed -n '/serverVersion/,$p' | grep -e major -e minor"),
    ("can-i", "auth can-i", "kubectl auth can-i create pods"),
    ("can-i as", "auth can-i", "kubectl -n sea auth can-i list configmaps --as=system:serviceaccount:sea:robot"),
    ("can-i not", "auth can-i", "kubectl -n sea auth can-i delete configmaps --as=system:serviceaccount:sea:robot"),
    ("can-i list", "auth can-i", "kubectl -n sea auth can-i --list --as=system:serviceaccount:sea:robot | grep configmaps"),
    ("forbidden", "auth can-i", "kubectl -n sea get secrets --as=system:serviceaccount:sea:robot"),
    ("allowed", "auth can-i", "kubectl -n sea get configmap plain -o name --as=system:serviceaccount:sea:robot"),
    ("whoami", "auth can-i", "kubectl auth whoami -o jsonpath='{.status.userInfo.groups}'"),
    ("token", "create", "kubectl -n sea create token robot | wc -l"),
    ("replace", "replace", "kubectl -n sea get configmap plain -o json | sed '/\"b\":/s/9/8/' | kubectl -n sea replace -f -"),
    ("replace conflict", "replace",
     "kubectl -n sea get configmap plain -o json > $WORK/old.json\nkubectl -n sea annotate configmap plain turn=1 >/dev/null\n"
     "kubectl -n sea replace -f $WORK/old.json"),
    ("delete background", "delete", "kubectl -n sea delete configmap plain"),
    ("delete missing", "delete", "kubectl -n sea delete configmap plain"),
    ("delete by label", "delete", "kubectl -n sea delete configmap -l app=web"),
    ("delete owned", "delete", "{own}\nkubectl -n sea delete configmap owner --cascade=background\n{gone}"),
    ("delete foreground", "delete", "{own}\nkubectl -n sea delete configmap owner --cascade=foreground\n{gone}"),
    ("delete orphan", "delete",
     "{own}\nkubectl -n sea delete configmap owner --cascade=orphan\nsleep 1\n"
     "kubectl -n sea get configmap owned -o jsonpath='{.metadata.ownerReferences}{.metadata.name}'\nkubectl -n sea delete configmap owned"),
    ("delete custom", "delete", "kubectl -n sea delete boat vela"),
    ("delete crd", "delete", "kubectl delete crd boats.sea.example"),
    ("finalizer", "delete",
     "kubectl -n sea create configmap held >/dev/null\nkubectl -n sea patch configmap held --type=merge -p '{{\"metadata\":{{\"finalizers\":[\"sea.example/hold\"]}}}}' >/dev/null\n"
     "kubectl -n sea delete configmap held --wait=false\nkubectl -n sea get configmap held -o jsonpath='{{.metadata.finalizers}}'\n"
     "kubectl -n sea patch configmap held --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'\nkubectl -n sea get configmap held"),
    ("delete namespace", "delete", "kubectl delete namespace sea"),
    ("namespace is gone", "delete", "kubectl get namespace sea"),
]

OWN = ("kubectl -n sea create configmap owner >/dev/null\n"
       "uid=$(kubectl -n sea get configmap owner -o jsonpath='{.metadata.uid}')\n"
       "printf '{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"owned\",\"ownerReferences\":[{\"apiVersion\":\"v1\","
       "\"kind\":\"ConfigMap\",\"name\":\"owner\",\"uid\":\"%s\",\"blockOwnerDeletion\":true}]}}' $uid | kubectl -n sea create -f - >/dev/null\n"
       # The real collector learns of the dependent a moment later.
       "sleep 1")
GONE = "for i in 1 2 3 4 5 6 7 8 9 10; do kubectl -n sea get configmap owned >/dev/null 2>&1 || break; sleep 0.5; done\nkubectl -n sea get configmap owned"
