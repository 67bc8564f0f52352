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
    /// More memory than the limit of scan Pods, for an image that needs it.
    var memoryBytes: Int64?

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
            JSONValue.compact([
                "id": .string(entry.unit.id), "timeoutSeconds": .integer(Int64(entry.timeoutSeconds)),
                "arguments": .strings(
                    trivy.arguments(
                        for: entry.unit.image, reference: entry.reference, scanners: entry.unit.scanners,
                        timeoutSeconds: entry.timeoutSeconds, databaseDigest: entry.unit.databaseDigest)),
                "image": pullSecrets.isEmpty ? nil : .string(entry.reference.name),
                "repository": pullSecrets.isEmpty ? nil : .string(trivy.repository(of: entry.reference)),
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
                "spec": pod(requests: JSONValue.array(requests).canonicalText),
            ],
        ]
    }

    private static let secretsFolder = "/pull-secrets"
    /// How many pull secrets a Pod mounts.
    static let maximumPullSecrets = 64

    /// Names under which there can be a Secret, in order.
    private var pullSecrets: [String] {
        guard realm != .operator else { return [] }
        return Array(settings.pullSecrets.filter(ObjectName.isSubdomain).sorted().prefix(Self.maximumPullSecrets))
    }

    /// All pull secrets, each in a folder of its own; the kubelet leaves out what is not there.
    private var secretsVolume: JSONValue {
        let sources = pullSecrets.map { name -> JSONValue in
            [
                "secret": [
                    "name": .string(name), "optional": true,
                    "items": [
                        ["key": ".dockerconfigjson", "path": .string("\(name)/config.json")],
                        ["key": ".dockercfg", "path": .string("\(name)/dockercfg")],
                    ],
                ]
            ]
        }
        return ["name": "pull-secrets", "projected": ["sources": .array(sources), "defaultMode": 0o440]]
    }

    private func pod(requests: String) -> JSONValue {
        let scratch: JSONValue = ["sizeLimit": .string(configuration.scanPod.workspaceLimit)]
        var volumes: [JSONValue] = [["name": "work", "emptyDir": scratch], ["name": "tmp", "emptyDir": scratch]]
        if !pullSecrets.isEmpty { volumes.append(secretsVolume) }
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
                    ScanJob.scannerContainer, image: configuration.scanner.image,
                    command: ["cp", "/usr/local/bin/trivy", TrivyArguments.program])
            ],
            "containers": [
                container(
                    ScanJob.courierContainer, image: configuration.courierImage,
                    command: ["watchbill", "courier", "--", TrivyArguments.program, "image"],
                    environment: [
                        "WATCHBILL_UNITS": requests, "HOME": "/tmp", "TMPDIR": "/tmp",
                        "WATCHBILL_PULL_SECRETS": pullSecrets.isEmpty ? nil : Self.secretsFolder,
                        "WATCHBILL_AUTHORITIES": configuration.egress.authorities.isEmpty
                            ? nil : configuration.egress.authorities,
                    ].compactMapValues { $0 }.merging(configuration.egress.environment) { ours, _ in ours },
                    memoryBytes: memoryBytes, hasPullSecrets: !pullSecrets.isEmpty)
            ],
            "volumes": .array(volumes),
        ])
    }

    private func container(
        _ name: String, image: String, command: [String], environment: [String: String] = [:],
        memoryBytes: Int64? = nil, hasPullSecrets: Bool = false
    ) -> JSONValue {
        var mounts: [JSONValue] = [["name": "work", "mountPath": "/scan"], ["name": "tmp", "mountPath": "/tmp"]]
        if hasPullSecrets {
            mounts.append(["name": "pull-secrets", "mountPath": .string(Self.secretsFolder), "readOnly": true])
        }
        return .compact([
            "name": .string(name), "image": .string(image), "command": .strings(command),
            "env": environment.isEmpty
                ? nil
                : .array(
                    environment.sorted { $0.key < $1.key }.map {
                        ["name": .string($0.key), "value": .string($0.value)]
                    }),
            "resources": resources(memoryBytes), "volumeMounts": .array(mounts),
            "securityContext": [
                "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "capabilities": ["drop": ["ALL"]],
            ],
        ])
    }

    private func resources(_ memoryBytes: Int64?) -> JSONValue {
        let own = realm == .operator ? nil : settings.resources
        var limits: JSONValue =
            own?.limits.map { .object($0.mapValues(\.json)) } ?? .stringMap(configuration.scanPod.limits)
        if let memoryBytes { limits["memory"] = Quantity(bytes: memoryBytes).json }
        let requests: JSONValue =
            own?.requests.map { .object($0.mapValues(\.json)) } ?? .stringMap(configuration.scanPod.requests)
        // Requests of a policy beside limits of the configuration, or the other way round: no Pod may ask for more than it may have.
        for (name, amount) in requests.objectValue ?? [:] {
            guard let request = amount.stringValue.map(Quantity.init), let limit = limits[name]?.stringValue,
                request > Quantity(limit)
            else { continue }
            limits[name] = amount
        }
        return ["requests": requests, "limits": limits]
    }
}
