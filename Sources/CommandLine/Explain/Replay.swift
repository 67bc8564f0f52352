// SPDX-License-Identifier: Apache-2.0
import Essentials
import JSONScan
import Planning
import ScanPolicyController

/// Plans a captured world again, with this program's own policy.
package enum Replay {
    /// A world is larger than an ordinary document.
    private static let limits = JSONLimits(maximumDepth: 64, maximumBytes: 16 << 20, maximumValues: 2_000_000)

    /// What was captured, and the plan that follows from it.
    package static func run(_ bytes: [UInt8], from path: String) throws(CommandFailure) -> (
        capture: JSONValue, plan: JSONValue
    ) {
        do {
            let json = try JSONValue(parsing: bytes, limits: limits)
            return (json, try PolicyCapture(json: json).plan.json)
        } catch let error as JSONError {
            throw failure("it is no JSON: \(error)", path)
        } catch let error as PolicyCaptureError {
            throw failure(error.reason, path)
        } catch {
            throw failure("\(error)", path)
        }
    }

    private static func failure(_ reason: String, _ path: String) -> CommandFailure {
        CommandFailure(
            what: "the file is no capture: \(reason)", place: path,
            remedy: "make one with watchbill capture KIND/NAME", code: .usage)
    }
}
