// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning

/// A notice, and the object that it is about.
package struct PendingNotice: Hashable, Sendable {
    package var notice: Notice
    package var kind: String
    package var object: ObjectKey
    /// What happened, for people.
    package var phrase: String

    init(_ notice: Notice, _ source: some Notifier) {
        self.notice = notice
        kind = type(of: source).resource.kind
        object = source.key
        phrase =
            type(of: source).phrase(notice.event, count: notice.count)
            ?? "\(Plural.of(notice.count, "event")) of several kinds; there was no room for more than their number"
    }
}

/// What the objects of a namespace have to tell, by channel, the oldest first. Most of what happens to them changes nothing here.
struct NamespaceNotices: Derivation {
    let namespace: String

    func value(in world: World) -> [String: [PendingNotice]] {
        var pending: [PendingNotice] = []
        func collect<Kind: Notifier>(_ kind: Kind.Type) {
            for source in world[kind].objects(in: namespace) where !source.metadata.isBeingDeleted {
                pending += source.observedOutbox.notices.map { PendingNotice($0, source) }
            }
        }
        collect(ScanPolicy.self)
        collect(ImageWatch.self)
        return Dictionary(grouping: pending, by: \.notice.channel).mapValues { $0.sorted { $0.order < $1.order } }
    }
}

extension PendingNotice {
    /// Time, then something that is never equal.
    var order: (Int64, String) { (notice.time.seconds, notice.id) }
}

extension World {
    /// Where somebody may have something to tell.
    private var everyNamespace: Set<String> {
        Set(self[ScanPolicy.self].namespaces).union(self[ImageWatch.self].namespaces)
    }

    /// What a channel has to deliver, the oldest first.
    func pending(for channel: Channel) -> [PendingNotice] {
        let root = configuration.operatorNamespace
        let name = channel.metadata.name
        var namespaces: Set<String> = [channel.metadata.namespace]
        if channel.metadata.namespace == root, let offered = channel.spec.offeredTo {
            namespaces.formUnion(offered.contains("*") ? everyNamespace : Set(offered))
        }
        let found = namespaces.flatMap { namespace -> [PendingNotice] in
            // A channel of its own is nearer.
            if namespace != channel.metadata.namespace,
                self[Channel.self][ObjectKey(namespace: namespace, name: name)] != nil
            {
                return []
            }
            return derived(NamespaceNotices(namespace: namespace)).value[name] ?? []
        }
        return found.sorted { $0.order < $1.order }
    }
}
