// SPDX-License-Identifier: Apache-2.0
import CustomResources
import KubernetesModel

extension World {
    /// Takes over whether the channels that an object tells are there, and which of its notices they have settled; never where
    /// they lead.
    package mutating func addChannels(of source: some Notifier, naming names: [String], from whole: World) {
        let namespace = source.metadata.namespace
        let outbox = source.observedOutbox.notices
        for name in Set(names).union(outbox.map(\.channel)) {
            guard let channel = whole.channel(name, for: namespace) else { continue }
            var spec = ChannelSpec()
            if channel.metadata.namespace != namespace { spec.offeredTo = [namespace] }
            var status = ChannelStatus()
            status.settled = channel.settled.filter { settled in outbox.contains { $0.id == settled.id } }
            self[Channel.self][channel.key] = .object(
                Channel(
                    metadata: ObjectMetadata(name: name, namespace: channel.metadata.namespace), spec: spec,
                    observedStatus: status.json))
        }
    }
}
