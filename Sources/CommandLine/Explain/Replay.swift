// SPDX-License-Identifier: Apache-2.0
import ChannelController
import CustomResources
import Essentials
import ImageWatchController
import JSONScan
import KubernetesModel
import Planning
import ScanPolicyController

/// Plans a captured world again, with this program's own controllers.
package enum Replay {
    /// Whose plans can be explained, captured and replayed: those that have an object of their own.
    package static var controllers: [any Controller.Type] {
        [ScanPolicyController.self, ImageWatchController.self, ChannelController.self]
    }

    /// Their kinds.
    package static var kinds: [any CustomResource.Type] { controllers.map { primary(of: $0) } }

    private static func primary<C: Controller>(of controller: C.Type) -> any CustomResource.Type { C.Primary.self }

    /// A world is larger than an ordinary document.
    package static let byteLimit = 16 << 20
    private static let limits = JSONLimits(maximumDepth: 64, maximumBytes: byteLimit, maximumValues: 2_000_000)

    /// What was captured, and the plan that follows from it.
    package static func run(_ bytes: [UInt8], from path: String) throws(CommandFailure) -> (
        capture: JSONValue, plan: JSONValue
    ) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: bytes, limits: limits)
        } catch {
            throw failure("it is no JSON: \(error)", path)
        }
        do throws(CaptureError) {
            try CaptureFormat.check(json)
            let kind = json["kind"]?.stringValue ?? ""
            guard let controller = controllers.first(where: { primary(of: $0).resource.kind == kind }) else {
                let known = kinds.map { $0.resource.kind }.joined(separator: ", ")
                throw CaptureError(reason: "its kind is \(ObjectArgument.shown(kind)), and there are \(known)")
            }
            return (json, try plan(controller, json))
        } catch {
            throw failure(error.reason, path)
        }
    }

    private static func plan<C: Controller>(
        _ controller: C.Type, _ json: JSONValue
    ) throws(CaptureError) -> JSONValue {
        try Capture<C>(json: json).plan.json
    }

    private static func failure(_ reason: String, _ path: String) -> CommandFailure {
        CommandFailure(
            what: "the file is no capture: \(reason)", place: path,
            remedy: "make one with watchbill capture KIND/NAME", code: .usage)
    }
}
