// SPDX-License-Identifier: Apache-2.0
import KubernetesModel
import Machines
import Planning

/// What is planned next: one primary of one controller, or a singleton as a whole (its object key is empty).
package struct PlanKey: WorkKey {
    /// Index into the dispatcher's controllers.
    package var controller: Int
    package var object: ObjectKey

    package init(controller: Int, object: ObjectKey = ObjectKey(name: "")) {
        self.controller = controller
        self.object = object
    }

    /// Namespaces take turns, so that one with many objects does not delay another.
    package var group: String { object.namespace }

    package static func < (left: PlanKey, right: PlanKey) -> Bool {
        left.controller == right.controller ? left.object < right.object : left.controller < right.controller
    }
}

/// Names the keys to plan again when objects of a kind changed.
package struct Routing: Sendable {
    private let controllers: [AnyController]
    private let operatorNamespace: String

    package init(_ controllers: [AnyController], operatorNamespace: String) {
        self.controllers = controllers
        self.operatorNamespace = operatorNamespace
    }

    /// A primary is planned when it changed itself; otherwise the primaries of the changed object's namespace are, and those
    /// of the root namespace that look there. What is cluster-scoped, or in the root namespace, concerns all. A primary wakes the
    /// one of its name in the root namespace as well, where that looks there: one of them may stand in for the other.
    package func keys(for changed: [ObjectKey], of kind: any KubernetesObject.Type, in world: World) -> Set<PlanKey> {
        var keys: Set<PlanKey> = []
        for (index, controller) in controllers.enumerated() {
            if let primary = controller.primary, primary == kind {
                let standIns = changed.compactMap { key in
                    let other = ObjectKey(namespace: operatorNamespace, name: key.name)
                    let looks = world.has(other, of: primary) && controller.looks(other, into: key.namespace, of: world)
                    return looks ? other : nil
                }
                keys.formUnion((changed + standIns).map { PlanKey(controller: index, object: $0) })
            } else if controller.contract.reads.contains(where: { $0.kind == kind }) {
                guard let primary = controller.primary else {
                    keys.insert(PlanKey(controller: index))
                    continue
                }
                let namespaces = Set(changed.map(\.namespace))
                let isClusterWide = namespaces.contains("") || namespaces.contains(operatorNamespace)
                var objects = world.keys(of: primary, in: isClusterWide ? nil : namespaces)
                if !isClusterWide {
                    objects += world.keys(of: primary, in: [operatorNamespace]).filter { key in
                        namespaces.contains { controller.looks(key, into: $0, of: world) }
                    }
                }
                keys.formUnion(objects.map { PlanKey(controller: index, object: $0) })
            }
        }
        return keys
    }

    /// Every key there is: after start-up, after a change of leader, after a change of configuration.
    package func allKeys(in world: World) -> Set<PlanKey> {
        var keys: Set<PlanKey> = []
        for (index, controller) in controllers.enumerated() {
            guard let primary = controller.primary else {
                keys.insert(PlanKey(controller: index))
                continue
            }
            keys.formUnion(world.keys(of: primary, in: nil).map { PlanKey(controller: index, object: $0) })
        }
        return keys
    }
}

extension World {
    fileprivate func has(_ key: ObjectKey, of kind: any KubernetesObject.Type) -> Bool {
        func open<Object: KubernetesObject>(_ kind: Object.Type) -> Bool { self[kind][key] != nil }
        return open(kind)
    }

    /// The keys of all objects of a kind, in some namespaces or all.
    fileprivate func keys(of kind: any KubernetesObject.Type, in namespaces: Set<String>?) -> [ObjectKey] {
        func open<Object: KubernetesObject>(_ kind: Object.Type) -> [ObjectKey] {
            let snapshot = self[kind]
            guard let namespaces else { return snapshot.keys }
            return namespaces.flatMap(snapshot.keys(in:))
        }
        return open(kind)
    }
}
