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
}
