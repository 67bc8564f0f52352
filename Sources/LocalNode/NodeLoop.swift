// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import Glibc
import KubernetesClient
import KubernetesModel
import OCIModel
import Workloads

/// The Node object and its Lease: says that the node is there, and what it is.
struct NodeLoop: Sendable {
    let node: NodeTools
    let client: KubernetesClient

    /// The kubelet's own interval for Leases.
    private static let interval = Duration.seconds(10)
    private static let statusRounds = 30
    private static let leases = ResourceType.leases

    func run() async {
        var round = 0
        var isThere = false
        while !Task.isCancelled {
            if !isThere { isThere = await introduce() }
            if isThere {
                if round % Self.statusRounds == 0 { isThere = await report() }
                await renew()
                round += 1
            }
            let wait: Duration = isThere ? Self.interval : .seconds(1)
            do throws(CancellationError) {
                try await node.clock.sleep(until: node.clock.instant() + wait)
            } catch { return }
        }
    }

    private var labels: [String: String] {
        [
            "kubernetes.io/hostname": NodeSettings.name, "kubernetes.io/os": node.platform.os,
            "kubernetes.io/arch": node.platform.architecture,
        ]
    }

    private func introduce() async -> Bool {
        await node.writer.apply(
            .nodes, ObjectKey(name: NodeSettings.name), uid: nil,
            annotations: [PodWorker.notRunAnnotation: "runs the Pods of Jobs; all others only look as if they ran"],
            labels: labels, body: [:])
    }

    private func report() async -> Bool {
        await node.writer.apply(
            .nodes, ObjectKey(name: NodeSettings.name), uid: nil, subresource: "status", body: ["status": status])
    }

    private var status: JSONValue {
        let now = JSONValue.string(node.clock.now().rfc3339)
        func condition(_ type: String, _ status: JSONValue, _ reason: String, _ message: String) -> JSONValue {
            [
                "type": .string(type), "status": status, "reason": .string(reason), "message": .string(message),
                "lastHeartbeatTime": now, "lastTransitionTime": now,
            ]
        }
        let amounts: JSONValue = [
            "cpu": .string("\(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))"),
            "memory": .string("\(max(1, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 1_024))Ki"),
            "ephemeral-storage": "100Gi", "pods": "1000",
        ]
        return [
            "capacity": amounts, "allocatable": amounts,
            "addresses": [
                ["type": "InternalIP", "address": .string(NodeSettings.address)],
                ["type": "Hostname", "address": .string(NodeSettings.name)],
            ],
            "conditions": [
                condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "memory is not watched"),
                condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "the disk is not watched"),
                condition("PIDPressure", "False", "KubeletHasSufficientPID", "processes are bounded a container"),
                condition("Ready", "True", "KubeletReady", "the local node runs the Pods of Jobs"),
            ],
            "nodeInfo": [
                "architecture": .string(node.platform.architecture), "operatingSystem": .string(node.platform.os),
                "kubeletVersion": "v0.0.0-watchbill", "kubeProxyVersion": "",
                "containerRuntimeVersion": "bubblewrap://",
                "kernelVersion": .string(Machine.name { $0.release }), "osImage": "this machine", "machineID": "",
                "systemUUID": "", "bootID": "",
            ],
        ]
    }

    private func renew() async {
        let key = ObjectKey(namespace: "kube-node-lease", name: NodeSettings.name)
        _ = await node.writer.apply(
            Self.leases, key, uid: nil,
            body: [
                "spec": [
                    "holderIdentity": .string(NodeSettings.name), "leaseDurationSeconds": 40,
                    "renewTime": .string(node.clock.now().rfc3339Micro),
                ]
            ])
    }
}

/// What `uname` says.
enum Machine {
    static func name<Field>(_ field: (utsname) -> Field) -> String {
        var names = utsname()
        uname(&names)
        return withUnsafeBytes(of: field(names)) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// The platform whose images run here.
    static var platform: Platform { Platform(os: "linux", architecture: name { $0.machine }) }
}
