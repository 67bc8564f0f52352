// SPDX-License-Identifier: Apache-2.0
import ChannelController
import ControllerRuntime
import CustomResources
import KubernetesModel
import Planning
import ScanPolicyController
import Testing

@Suite struct RoutingTests {
    private let routing = Routing(
        [AnyController(ScanPolicyController.self), AnyController(singleton: ScanSchedule.self)],
        operatorNamespace: "root")

    private var world: World {
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = "root"
        var world = World(configuration: configuration)
        world[Namespace.self] = Snapshot(
            [("shop", "gold"), ("bank", "lead"), ("root", "")].map { name, tier in
                var metadata = ObjectMetadata(name: name)
                metadata.labels = ["tier": tier]
                return Namespace(metadata: metadata)
            })
        world[ScanPolicy.self] = Snapshot([
            policy("shop", "own"), policy("bank", "own"), policy("root", "own"),
            policy("root", "gold") { $0.namespaceSelector = .init(matchLabels: ["tier": "gold"]) },
            policy("root", "all") { $0.namespaceSelector = .init() },
        ])
        return world
    }

    private func policy(
        _ namespace: String, _ name: String, _ change: (inout ScanPolicySpec.Workloads) -> Void = { _ in }
    ) -> ScanPolicy {
        var spec = ScanPolicySpec()
        var workloads = ScanPolicySpec.Workloads()
        change(&workloads)
        spec.workloads = workloads
        return ScanPolicy(metadata: ObjectMetadata(name: name, namespace: namespace), spec: spec)
    }

    /// Who plans after an event of a Pod; the schedule is `*`.
    private func woken(by namespace: String, of kind: any KubernetesObject.Type = Pod.self) -> Set<String> {
        let key = ObjectKey(namespace: namespace, name: "x")
        return Set(
            routing.keys(for: [key], of: kind, in: world).map { $0.controller == 1 ? "*" : $0.object.description })
    }

    @Test func `a Pod wakes the policies that look where it is, and the schedule`() {
        #expect(woken(by: "shop") == ["shop/own", "root/gold", "root/all", "*"])
        #expect(woken(by: "bank") == ["bank/own", "root/all", "*"])
        // It has not been seen, so nobody knows whether the selector chooses it.
        #expect(woken(by: "new") == ["root/gold", "root/all", "*"])
    }

    @Test func `what is in the root namespace, or in none, wakes everybody`() {
        let everybody: Set = ["shop/own", "bank/own", "root/own", "root/gold", "root/all", "*"]
        #expect(woken(by: "root") == everybody)
        #expect(woken(by: "", of: Node.self) == everybody)
        #expect(woken(by: "", of: Namespace.self) == everybody)
    }

    @Test func `a policy that changed wakes itself and the schedule`() {
        let key = ObjectKey(namespace: "shop", name: "own")
        let keys = routing.keys(for: [key], of: ScanPolicy.self, in: world)
        #expect(Set(keys) == [PlanKey(controller: 0, object: key), PlanKey(controller: 1)])
    }

    @Test func `a channel wakes the one of its name that the operator's namespace offers there`() {
        let channels = Routing([AnyController(ChannelController.self)], operatorNamespace: "root")
        var world = world
        for (name, offered) in [("hooks", ["shop"]), ("all", ["*"]), ("kept", nil)] as [(String, [String]?)] {
            var spec = ChannelSpec()
            spec.offeredTo = offered
            let channel = Channel(metadata: ObjectMetadata(name: name, namespace: "root"), spec: spec)
            world[Channel.self][channel.key] = .object(channel)
        }
        func woken(by key: ObjectKey) -> Set<String> {
            Set(channels.keys(for: [key], of: Channel.self, in: world).map(\.object.description))
        }
        // Whether it has come or gone: what the one does not deliver, the other does.
        #expect(woken(by: ObjectKey(namespace: "shop", name: "hooks")) == ["shop/hooks", "root/hooks"])
        #expect(woken(by: ObjectKey(namespace: "bank", name: "hooks")) == ["bank/hooks"])
        #expect(woken(by: ObjectKey(namespace: "bank", name: "all")) == ["bank/all", "root/all"])
        #expect(woken(by: ObjectKey(namespace: "shop", name: "kept")) == ["shop/kept"])
        #expect(woken(by: ObjectKey(namespace: "shop", name: "other")) == ["shop/other"])
        #expect(woken(by: ObjectKey(namespace: "root", name: "hooks")) == ["root/hooks"])
    }
}
