// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import Essentials
import KubernetesModel
import Planning
import Synchronization
import Workloads

/// Gives every Pod that is bound to this node a worker, and tells the workers what becomes of their Pods.
final class PodLoop: Sendable {
    private let node: NodeTools
    private let bell = Bell()
    /// The Pods of this node as they were seen last; nil before the first look.
    private let pods = Mutex<[WholePod]?>(nil)
    /// Whose workers have come to their end.
    private let ended = Mutex<Set<String>>([])

    init(node: NodeTools) { self.node = node }

    /// The world of a pass: synced, and as fresh as the watch.
    func observe(_ world: World) {
        let bound = world[WholePod.self].objects().filter { $0.nodeName == NodeSettings.name }
        pods.withLock { $0 = bound }
        bell.ring()
    }

    func run() async {
        var workers: [String: PodControl] = [:]
        var finished: Set<String> = []
        var isFirst = true
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                await bell.wait()
                guard let bound = pods.withLock({ $0 }) else { continue }
                if isFirst { sweep(keeping: bound) }
                isFirst = false
                finished.formUnion(takeEnded())
                let present = Set(bound.map(\.metadata.uid))
                // One whose worker is done is remembered for as long as it is shown: it must not begin anew.
                for uid in finished.subtracting(present) {
                    finished.remove(uid)
                    workers[uid] = nil
                }
                for (uid, control) in workers where !present.contains(uid) { control.vanished() }
                for pod in bound.sorted(by: { $0.key < $1.key }) {
                    let uid = pod.metadata.uid
                    if let control = workers[uid] {
                        control.update(pod)
                        continue
                    }
                    guard Self.isIdentifier(uid) else { continue }
                    let control = PodControl(pod)
                    control.update(pod)
                    workers[uid] = control
                    group.addTask { await self.work(control, uid) }
                }
            }
            group.cancelAll()
        }
    }

    private func work(_ control: PodControl, _ uid: String) async {
        var worker = PodWorker(control, node: node)
        await worker.run()
        ended.withLock { _ = $0.insert(uid) }
        bell.ring()
    }

    private func takeEnded() -> Set<String> {
        ended.withLock { ended in
            defer { ended = [] }
            return ended
        }
    }

    /// A uid becomes the name of a folder.
    private static func isIdentifier(_ uid: String) -> Bool {
        (1...64).contains(uid.utf8.count) && uid.utf8.allSatisfy { $0 == UInt8(ascii: "-") || $0.isASCIIAlphanumeric }
    }

    /// What Pods that are no more have left behind.
    private func sweep(keeping pods: [WholePod]) {
        let known = Set(pods.map(\.metadata.uid))
        let home = "\(node.settings.state)/pods"
        for name in Folder.names(in: home) where !known.contains(name) { Folder.remove("\(home)/\(name)") }
    }
}

extension UInt8 {
    fileprivate var isASCIIAlphanumeric: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
