// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import KubernetesModel
import Planning

/// Channels, as far as a policy sees them.
extension TestCluster {
    mutating func addChannel(_ name: String, in namespace: String) {
        var spec = ChannelSpec()
        spec.webhook = .init(url: "https://hooks.example.org/")
        let identity = identity()
        let metadata = ObjectMetadata(
            name: name, namespace: namespace, uid: identity.uid, resourceVersion: identity.version)
        world[Channel.self][ObjectKey(namespace: namespace, name: name)] = .object(
            Channel(metadata: metadata, spec: spec))
    }

    /// The channel says that everything of a policy is delivered.
    mutating func settleChannel(_ name: String, in namespace: String, of policy: ObjectKey) {
        let key = ObjectKey(namespace: namespace, name: name)
        guard var channel = world[Channel.self].object(key),
            let outbox = world[ScanPolicy.self].object(policy)?.observedOutbox
        else { return }
        var status = ChannelStatus()
        status.settled = outbox.notices.filter { $0.channel == name }.map { .init($0.id, .delivered) }
        channel.observedStatus = status.json
        channel.metadata.resourceVersion = identity().version
        world[Channel.self][key] = .object(channel)
    }
}
