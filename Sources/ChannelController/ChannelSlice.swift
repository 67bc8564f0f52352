// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// The part of the world that a channel's plan looks at: what it has to tell, by whom, and what became of it. Not where it
/// leads, and nothing else of those who tell.
enum ChannelSlice {
    /// The slice for which `ChannelController.plan` gives the same plan, but for the receiver's address in what it asks.
    static func of(_ world: World, for channel: Channel) -> World {
        var configuration = OperatorConfiguration()
        configuration.operatorNamespace = world.configuration.operatorNamespace
        configuration.clusterName = world.configuration.clusterName
        var slice = World(configuration: configuration)
        slice[Channel.self][channel.key] = .object(channel.masked)
        let pending = world.pending(for: channel)
        for notice in pending {
            let question = Delivery(of: notice, by: channel, cluster: configuration.clusterName)
            let fact = world.fact(question)
            if fact == .unknown { continue }
            slice.set(fact, for: Delivery(of: notice, by: channel.masked, cluster: configuration.clusterName))
        }
        for (kind, key) in Set(pending.map { Teller(kind: $0.kind, key: $0.object) }).map({ ($0.kind, $0.key) }) {
            switch kind {
            case ScanPolicy.resource.kind: add(ScanPolicy.self, key, ScanPolicySpec(), channel, from: world, to: &slice)
            case ImageWatch.resource.kind: add(ImageWatch.self, key, ImageWatchSpec(), channel, from: world, to: &slice)
            default: break
            }
        }
        return slice
    }

    private struct Teller: Hashable {
        var kind: String
        var key: ObjectKey
    }

    /// An object as far as it tells this channel something.
    private static func add<Kind: Notifier & SpecifiedResource>(
        _ kind: Kind.Type, _ key: ObjectKey, _ spec: Kind.Spec, _ channel: Channel, from world: World,
        to slice: inout World
    ) {
        guard let source = world[kind].object(key) else { return }
        let notices = source.observedOutbox.notices.filter { $0.channel == channel.metadata.name }
        slice[kind][key] = .object(
            Kind(
                metadata: ObjectMetadata(name: key.name, namespace: key.namespace, uid: source.metadata.uid),
                spec: spec, observedStatus: ["outbox": .array(notices.map(\.json))]))
    }
}
