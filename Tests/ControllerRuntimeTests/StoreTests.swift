// SPDX-License-Identifier: Apache-2.0
import ControllerRuntime
import CustomResources
import KubernetesModel
import Planning
import Testing

@Suite struct StoreTests {
    private func node(_ name: String, version: String) -> Node {
        Node(metadata: ObjectMetadata(name: name, uid: "uid-\(name)", resourceVersion: version))
    }

    @Test func `a list replaces everything and names what changed, appeared or vanished`() {
        let store = Store(configuration: OperatorConfiguration())
        let scope = WatchScope(Node.self, namespace: nil)
        #expect(!store.isSynced([scope]))
        #expect(
            Set(
                store.replace(with: Snapshot([node("a", version: "1"), node("b", version: "2")]), version: "2").map(
                    \.name)) == ["a", "b"])
        #expect(store.isSynced([scope]))
        let changed = store.replace(with: Snapshot([node("b", version: "2"), node("c", version: "3")]), version: "3")
        #expect(Set(changed.map(\.name)) == ["a", "c"])
    }

    @Test func `a world that was taken does not change`() {
        let store = Store(configuration: OperatorConfiguration())
        _ = store.set(.object(node("a", version: "1")), at: ObjectKey(name: "a"), version: "1")
        let world = store.world
        #expect(store.set(Decoded<Node>?.none, at: ObjectKey(name: "a"), version: "2"))
        #expect(world[Node.self].count == 1)
        #expect(store.world[Node.self].count == 0)
    }

    private func pod(_ state: ContainerStatus.State, version: String, labels: [String: String] = [:]) -> Decoded<Pod> {
        var metadata = ObjectMetadata(name: "web", namespace: "shop", uid: "u", resourceVersion: version)
        metadata.labels = labels
        metadata.annotations = ["example.com/seen": version]
        var pod = Pod(metadata: metadata)
        pod.containers = [Container(name: "app", image: "nginx:1", status: .init(imageID: "nginx@x", state: state))]
        return .object(pod)
    }

    @Test func `an event that changes nothing of what is read is no news, and its version is seen`() {
        let store = Store(configuration: OperatorConfiguration())
        let key = ObjectKey(namespace: "shop", name: "web")
        #expect(store.set(pod(.running, version: "1"), at: key, version: "1"))
        let crash = ContainerStatus.State.terminated(exitCode: 1, reason: "Error")
        #expect(!store.set(pod(crash, version: "2"), at: key, version: "2"))
        #expect(
            !store.set(pod(.waiting(reason: "CrashLoopBackOff", message: "x"), version: "3"), at: key, version: "3"))
        #expect(store.hasSeen("3", of: Pod.self, in: "shop"))
        #expect(store.set(pod(.waiting(reason: "ErrImagePull", message: "x"), version: "4"), at: key, version: "4"))
        #expect(store.set(pod(.running, version: "5"), at: key, version: "5"))
        #expect(store.set(pod(.running, version: "6", labels: ["a": "b"]), at: key, version: "6"))
    }

    @Test func `of our own Pods, how they end is news`() {
        let store = Store(configuration: OperatorConfiguration())
        let key = ObjectKey(namespace: "shop", name: "web")
        let labels = ["app.kubernetes.io/managed-by": "watchbill"]
        #expect(store.set(pod(.running, version: "1", labels: labels), at: key, version: "1"))
        let killed = ContainerStatus.State.terminated(exitCode: 137, reason: "OOMKilled")
        #expect(store.set(pod(killed, version: "2", labels: labels), at: key, version: "2"))
        #expect(store.world[Pod.self].object(key)?.containers.first?.status.state == killed)
    }

    @Test func `a node that reports again is no news`() {
        let store = Store(configuration: OperatorConfiguration())
        #expect(store.set(.object(node("a", version: "1")), at: ObjectKey(name: "a"), version: "1"))
        #expect(!store.set(.object(node("a", version: "2")), at: ObjectKey(name: "a"), version: "2"))
    }
}
