// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import KubernetesModel
import Planning
import Testing

@Suite struct SnapshotTests {
    private func namespace(_ name: String) -> Node { Node(metadata: ObjectMetadata(name: name)) }

    @Test func `counts and keys follow a random sequence of changes`() {
        for seed in UInt64(1)...8 {
            var generator = SeededGenerator(seed: seed)
            var snapshot = Snapshot<Pod>()
            var model: [ObjectKey: String] = [:]
            for step in 0..<2_000 {
                let key = ObjectKey(
                    namespace: "n\(Int.random(in: 0..<5, using: &generator))",
                    name: "p\(Int.random(in: 0..<40, using: &generator))")
                if Bool.random(using: &generator) {
                    snapshot[key] = .object(
                        Pod(metadata: ObjectMetadata(name: key.name, namespace: key.namespace, uid: "\(step)")))
                    model[key] = "\(step)"
                } else {
                    snapshot[key] = nil
                    model[key] = nil
                }
                #expect(snapshot.count == model.count, "seed \(seed), step \(step)")
            }
            #expect(Set(snapshot.keys) == Set(model.keys), "seed \(seed)")
            #expect(snapshot.objects().allSatisfy { model[$0.key] == $0.metadata.uid }, "seed \(seed)")
            #expect(snapshot.objects(in: "n1").count == model.keys.count { $0.namespace == "n1" }, "seed \(seed)")
        }
    }

    @Test func `an unreadable object counts and has a key, and is no object`() {
        var snapshot = Snapshot<Pod>()
        let metadata = ObjectMetadata(name: "bad", namespace: "n")
        snapshot[metadata.key] = .unreadable(metadata, JSONError(path: "spec", offset: 0, reason: "expected an object"))
        #expect(snapshot.count == 1 && snapshot.keys == [metadata.key] && snapshot.objects().isEmpty)
    }

    @Test func `taking over one namespace leaves the others`() {
        func pod(_ namespace: String, _ name: String) -> Pod {
            Pod(metadata: ObjectMetadata(name: name, namespace: namespace))
        }
        var snapshot = Snapshot([pod("a", "1"), pod("a", "2"), pod("b", "1")])
        snapshot.replace("a", by: Snapshot([pod("a", "3"), pod("b", "9")]))
        #expect(Set(snapshot.keys.map(\.description)) == ["a/3", "b/1"])
        #expect(snapshot.count == 2)
    }
}
