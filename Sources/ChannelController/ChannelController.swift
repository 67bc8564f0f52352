// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// Delivers what objects have to tell, and writes down in the channel's status which of it is over. The objects take it out
/// of theirs when they see that, so that a notice stands somewhere until it has been accepted.
package enum ChannelController: Controller {
    package static let contract = Contract(
        reads: [WatchedKind(Channel.self), WatchedKind(ScanPolicy.self), WatchedKind(ImageWatch.self)],
        facts: [Delivery.self],
        writes: [WriteGrant(Channel.resource, subresource: "status", [.patch])])

    package static func plan(_ channel: Channel, in world: World, at now: Timestamp) -> Plan {
        var pass = ChannelPass(channel, in: world, at: now)
        if let problem = ChannelProblem(channel, root: world.configuration.operatorNamespace) {
            return pass.plan(.stalled(problem.reason.rawValue, message: problem.message))
        }
        let reason = channel.spec.isSuspended ? Channel.Reason.suspended : .accepted
        if !channel.spec.isSuspended { pass.deliver() }
        return pass.plan(.ready(reason.rawValue, message: reason.explanation))
    }

    package static func looks(_ channel: Channel, into namespace: String, of world: World) -> Bool {
        channel.serves(namespace, root: world.configuration.operatorNamespace)
    }

    package static func slice(of world: World, for channel: Channel, at now: Timestamp) -> World? {
        ChannelSlice.of(world, for: channel)
    }
}
