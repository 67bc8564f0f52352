// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Digests
import Essentials
import KubernetesModel
import OCIModel
import Planning

/// Renders a scan Job: an init container copies Trivy into the Pod, the courier runs it and frames what it says.
///
/// The Pod satisfies the restricted Pod Security Standard and has no token.
struct ScanJobTemplate {
    let configuration: OperatorConfiguration
    let realm: Realm
    let settings: WorkloadJobSettings

    /// One unit with what is needed to scan it.
    struct Entry {
        var unit: ScanJob.Unit
        var reference: ImageReference
        var timeoutSeconds: Int
    }

    private var namespace: String {
        switch realm {
        case .operator: configuration.operatorNamespace
        case .workload(let namespace): namespace
        }
    }

    func job(_ entries: [Entry]) -> DesiredObject {
        let trivy = TrivyArguments(configuration: configuration)
        // What is fetched with certificates checked goes first: it brings the database that the others then find in the cache.
        let ordered = entries.sorted {
            let insecure = (trivy.needsInsecure($0.reference), trivy.needsInsecure($1.reference))
            return insecure.0 == insecure.1 ? $0.unit.id < $1.unit.id : !insecure.0
        }
        let units = ordered.map(\.unit)
        let spec = spec(ordered, trivy)
        let hash = String(SHA256.hex(spec.canonicalBytes).prefix(32))
        let name = ScanJob.name(namespace: namespace, templateHash: hash, units: units)
        return DesiredObject(
            .jobs, ObjectKey(namespace: namespace, name: name), labels: labels,
            annotations: [ScanJob.unitsAnnotation: ScanJob.render(units), ScanJob.templateAnnotation: hash],
            body: ["spec": spec])
    }

    private var labels: [String: String] { configuration.scanPod.labels.merging(ScanJob.labels) { _, ours in ours } }

    private func spec(_ entries: [Entry], _ trivy: TrivyArguments) -> JSONValue {
        let requests = entries.map { entry in
            JSONValue.object([
                "id": .string(entry.unit.id),
                "arguments": .strings(
                    trivy.arguments(
                        for: entry.unit.image, reference: entry.reference, scanners: entry.unit.scanners,
                        timeoutSeconds: entry.timeoutSeconds, databaseDigest: entry.unit.databaseDigest)),
            ])
        }
        // Time to pull two images, then a minute beside each scan for what comes before and after it.
        let deadline = entries.reduce(600) { $0 + $1.timeoutSeconds + 60 }
        return [
            "backoffLimit": 0, "activeDeadlineSeconds": .integer(Int64(deadline)), "ttlSecondsAfterFinished": 86_400,
            "template": [
                "metadata": .compact([
                    "labels": .stringMap(labels),
                    "annotations": configuration.scanPod.annotations.isEmpty
                        ? nil : .stringMap(configuration.scanPod.annotations),
                ]),
                "spec": pod(
                    requests: JSONValue.array(requests).canonicalText, pullSecret: pullSecret(for: entries),
                    // Trivy's own limit is to speak first, because it says what it was doing.
                    scanTimeout: (entries.map(\.timeoutSeconds).max() ?? 600) + 30),
            ],
        ]
    }

    /// With several secrets each try uses the next one, so that every one that might open the registry gets its turn.
    private func pullSecret(for entries: [Entry]) -> String? {
        let secrets = settings.pullSecrets.sorted()
        guard realm != .operator, !secrets.isEmpty, let number = entries.first?.unit.number else { return nil }
        return secrets[number % secrets.count]
    }

    private func pod(requests: String, pullSecret: String?, scanTimeout: Int) -> JSONValue {
        let scratch: JSONValue = ["sizeLimit": .string(configuration.scanPod.workspaceLimit)]
        var volumes: [JSONValue] = [["name": "work", "emptyDir": scratch], ["name": "tmp", "emptyDir": scratch]]
        if let pullSecret {
            volumes.append([
                "name": "pull-secret",
                "secret": [
                    "secretName": .string(pullSecret), "optional": true,
                    "items": [["key": ".dockerconfigjson", "path": "config.json"]],
                ],
            ])
        }
        let usesSettings = realm != .operator
        return .compact([
            "restartPolicy": "Never", "automountServiceAccountToken": false, "enableServiceLinks": false,
            "serviceAccountName": usesSettings ? settings.serviceAccountName.map(JSONValue.string) : nil,
            "priorityClassName": configuration.scanPod.priorityClassName.map(JSONValue.string),
            "nodeSelector": usesSettings && !settings.nodeSelector.isEmpty ? .stringMap(settings.nodeSelector) : nil,
            "tolerations": usesSettings && !settings.tolerations.isEmpty
                ? .array(settings.tolerations.map(\.json)) : nil,
            "securityContext": [
                "runAsNonRoot": true, "runAsUser": 65_532, "runAsGroup": 65_532, "fsGroup": 65_532,
                "seccompProfile": ["type": "RuntimeDefault"],
            ],
            "initContainers": [
                container(
                    "trivy", image: configuration.scanner.image,
                    command: ["cp", "/usr/local/bin/trivy", TrivyArguments.program])
            ],
            "containers": [
                container(
                    ScanJob.courierContainer, image: configuration.courierImage,
                    command: ["watchbill", "courier", "--", TrivyArguments.program, "image"],
                    environment: [
                        "WATCHBILL_UNITS": requests, "WATCHBILL_SCAN_TIMEOUT": "\(scanTimeout)", "HOME": "/tmp",
                        "TMPDIR": "/tmp",
                    ].merging(
                        pullSecret == nil ? [:] : ["DOCKER_CONFIG": "/pull-secret"]
                    ) { $1 },
                    hasPullSecret: pullSecret != nil)
            ],
            "volumes": .array(volumes),
        ])
    }

    private func container(
        _ name: String, image: String, command: [String], environment: [String: String] = [:],
        hasPullSecret: Bool = false
    ) -> JSONValue {
        var mounts: [JSONValue] = [["name": "work", "mountPath": "/scan"], ["name": "tmp", "mountPath": "/tmp"]]
        if hasPullSecret { mounts.append(["name": "pull-secret", "mountPath": "/pull-secret", "readOnly": true]) }
        return .compact([
            "name": .string(name), "image": .string(image), "command": .strings(command),
            "env": environment.isEmpty
                ? nil
                : .array(
                    environment.sorted { $0.key < $1.key }.map {
                        ["name": .string($0.key), "value": .string($0.value)]
                    }),
            "resources": resources, "volumeMounts": .array(mounts),
            "securityContext": [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ],
        ])
    }

    private var resources: JSONValue {
        let own = realm == .operator ? nil : settings.resources
        return [
            "requests": own?.requests.map { .object($0.mapValues(\.json)) }
                ?? .stringMap(configuration.scanPod.requests),
            "limits": own?.limits.map { .object($0.mapValues(\.json)) } ?? .stringMap(configuration.scanPod.limits),
        ]
    }
}
