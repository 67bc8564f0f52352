// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import OCIModel
import Planning

/// A cluster of a given size as a value: namespaces of Deployments, each Pod with an application and one of few sidecars.
struct ClusterShape {
    var pods = 10_000
    var policies = 200
    /// Policies of the root namespace that select every namespace; they count among `policies`.
    var selectingAll = 0
    var images = 300
    /// Every image has its report in every namespace that runs it: the cluster is at rest.
    var isScanned = true

    static let namespaceCount = 200
    static let root = "watchbill-system"
    private static let sidecars = 5
    private static let replicas = 5

    var world: World {
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = Self.root
        configuration.courierImage = "localhost:32000/watchbill:dev"
        var world = World(configuration: configuration)
        let names = (0..<Self.namespaceCount).map { "team-\($0)" }
        world[Namespace.self] = Snapshot((names + [Self.root]).map { Namespace(metadata: ObjectMetadata(name: $0)) })
        world[Node.self] = Snapshot((0..<50).map { Node(metadata: ObjectMetadata(name: "node-\($0)")) })
        let pods = (0..<pods).map { pod($0) }
        world[Pod.self] = Snapshot(pods)
        world[ReplicaSetOwner.self] = Snapshot((0...(self.pods / Self.replicas)).map(replicaSet))
        world[ScanPolicy.self] = Snapshot((0..<policies).map { policy($0, names) })
        if isScanned { world[ScanReport.self] = Snapshot(reports(of: pods)) }
        return world
    }

    /// Something that policies may select by changes on a Pod; returns where.
    @discardableResult func change(_ number: Int, in world: inout World) -> String {
        let index = number * 7_919 % pods
        let key = pod(index).key
        guard var pod = world[Pod.self].object(key) else { return key.namespace }
        pod.metadata.labels["change"] = "\(number)"
        var snapshot = world[Pod.self]
        world[Pod.self] = Snapshot()
        snapshot[key] = .object(pod)
        world[Pod.self] = snapshot
        return key.namespace
    }

    private func namespace(of deployment: Int) -> String { "team-\(deployment % Self.namespaceCount)" }

    private func pod(_ index: Int) -> Pod {
        let deployment = index / Self.replicas
        var metadata = identity("web-\(deployment)-7d4b9c-\(index % Self.replicas)", namespace(of: deployment), index)
        metadata.labels = [
            "app.kubernetes.io/name": "web-\(deployment)", "app.kubernetes.io/instance": "production",
            "app.kubernetes.io/part-of": "shop", "pod-template-hash": "7d4b9c", "tier": "frontend",
        ]
        metadata.ownerReferences = [
            OwnerReference(
                apiVersion: "apps/v1", kind: "ReplicaSet", name: "web-\(deployment)-7d4b9c", uid: "rs-\(deployment)")
        ]
        var pod = Pod(metadata: metadata)
        pod.nodeName = "node-\(index % 50)"
        pod.phase = .running
        pod.containers = [
            container("app", "web-\(deployment % images)", deployment % images),
            container("proxy", "proxy-\(deployment % Self.sidecars)", images + deployment % Self.sidecars),
        ]
        return pod
    }

    private func container(_ name: String, _ repository: String, _ image: Int) -> Container {
        let reference = "registry.example.com/organisation/\(repository)"
        return Container(
            name: name, image: "\(reference):v1.\(image)",
            status: ContainerStatus(imageID: "\(reference)@\(digest(image))", state: .running))
    }

    private func digest(_ image: Int) -> String {
        // The digits that names are cut to must differ.
        let digits = String(0x1000_0000 + image, radix: 16)
        return "sha256:" + digits + String(repeating: "0", count: 64 - digits.utf8.count)
    }

    private func replicaSet(_ deployment: Int) -> ReplicaSetOwner {
        var metadata = identity("web-\(deployment)-7d4b9c", namespace(of: deployment), deployment)
        metadata.uid = "rs-\(deployment)"
        metadata.ownerReferences = [
            OwnerReference(apiVersion: "apps/v1", kind: "Deployment", name: "web-\(deployment)", uid: "d-\(deployment)")
        ]
        return ReplicaSetOwner(metadata: metadata)
    }

    private func policy(_ index: Int, _ names: [String]) -> ScanPolicy {
        var spec = ScanPolicySpec()
        let isRoot = index < selectingAll
        spec.workloads = .init(selector: .init(), namespaceSelector: isRoot ? .init() : nil)
        let metadata = identity("policy-\(index)", isRoot ? Self.root : names[index % names.count], index)
        return ScanPolicy(metadata: metadata, spec: spec)
    }

    private func reports(of pods: [Pod]) -> [ScanReport] {
        var reports: [ObjectKey: ScanReport] = [:]
        let platform = Platform(os: "linux", architecture: "amd64")
        for pod in pods {
            for container in pod.containers {
                guard let at = container.status.imageID.lastIndex(of: "@"),
                    let digest = Digest(String(container.status.imageID[container.status.imageID.index(after: at)...]))
                else { continue }
                let name = ScanReport.name(digest, platform)
                let namespace = pod.metadata.namespace
                let key = ObjectKey(namespace: namespace, name: name)
                let owner = pod.metadata.labels["app.kubernetes.io/name"] ?? ""
                let user = ScanReport.Workload(kind: "Deployment", name: owner)
                if reports[key] == nil {
                    var metadata = identity(name, namespace, reports.count)
                    metadata.labels = ["app.kubernetes.io/managed-by": "watchbill"]
                    reports[key] = ScanReport(
                        metadata: metadata,
                        image: .init(reference: container.image, digest: digest, platform: platform),
                        scanner: .init(
                            version: "0.76.0", databaseUpdatedTime: Timestamp(secondsSinceEpoch: 1_700_000_000),
                            scanners: [.vulnerability, .secret], placement: .operator, jobUID: "job"),
                        scanTime: Timestamp(secondsSinceEpoch: 1_700_000_000),
                        summary: .init(vulnerabilities: [.critical: 1, .high: 5, .medium: 9], secrets: 1),
                        details: ["findings": [], "totalFindings": 15])
                }
                if reports[key]?.usedBy.contains(user) == false { reports[key]?.usedBy.append(user) }
            }
        }
        return reports.values.map { report in
            var report = report
            report.usedBy.sort()
            return report
        }
    }

    private func identity(_ name: String, _ namespace: String, _ number: Int) -> ObjectMetadata {
        ObjectMetadata(name: name, namespace: namespace, uid: "uid-\(name)", resourceVersion: "\(number + 1)")
    }
}
