// SPDX-License-Identifier: Apache-2.0
import CustomResources
import Essentials
import Facts
import KubernetesModel
import Planning
import TestSupport

/// The reasons of a Channel, and of those who name one.
extension ReachLaws {
    static func channelReasonsAreReachable(_ row: inout LawRow, seed: UInt64) {
        var seen: Set<String> = []
        for trouble in channelTroubles {
            let world = LawWorld(seed: seed, size: .small, troubled: false)
            world.rig.onRest = { seen.formUnion(channelReasons(in: world)) }
            trouble(world)
            world.populate()
            world.rig.start()
            world.rig.advance(by: .seconds(420))
            world.rig.onRest = {}
        }
        let wanted =
            Channel.Reason.allCases.map { "Ready \($0.rawValue)" }
            + Channel.HealthReason.allCases.map { "DeliveriesHealthy \($0.rawValue)" }
            + DeliveryReason.allCases.map { "lastError \($0.rawValue)" }
            + NotifyReason.allCases.map { "ChannelsFound \($0.rawValue)" }
        for reason in wanted where reason != underWay {
            row.check(seen.contains(reason), seed: seed, "Channel: \(reason) was never said")
        }
    }

    /// Receivers here answer at once. ChannelPlanTests reaches it: a notice is sent, settled, taken out and forgotten.
    private static let underWay = "DeliveriesHealthy \(Channel.HealthReason.delivering.rawValue)"

    private static func channelReasons(in world: LawWorld) -> Set<String> {
        var seen: Set<String> = []
        for type in [Channel.resource, ScanPolicy.resource, ImageWatch.resource] {
            for object in world.rig.objects(type) {
                for condition in object.at("status", "conditions")?.arrayValue ?? [] {
                    guard let kind = condition["type"]?.stringValue, let reason = condition["reason"]?.stringValue
                    else { continue }
                    if type == Channel.resource { seen.insert("\(kind == "Stalled" ? "Ready" : kind) \(reason)") }
                    if kind == "ChannelsFound" { seen.insert("\(kind) \(reason)") }
                }
                if let reason = object.at("status", "lastError", "reason")?.stringValue {
                    seen.insert("lastError \(reason)")
                }
            }
        }
        return seen
    }

    private static var channelTroubles: [(LawWorld) -> Void] {
        let specs: [JSONValue] = [
            ["suspend": true, "webhook": ["url": "https://hooks.example.org/x"]],
            ["webhook": ["url": "https://hooks.example.org/x"], "offeredTo": ["*"]],
            ["webhook": ["url": "https://user:password@hooks.example.org/x"]],
        ]
        let channel = ObjectKey(namespace: "alpha", name: "hooks")
        let failures = DeliveryReason.allCases.map { reason -> (LawWorld) -> Void in
            { world in
                world.receivers.fail(
                    channel, FactFailure(reason: reason.rawValue, message: "because", isFinal: reason == .refused))
            }
        }
        return specs.map { spec in { world in world.addChannel("special", in: "alpha", spec: spec) } } + failures
    }
}
