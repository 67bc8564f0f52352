// SPDX-License-Identifier: Apache-2.0
import Essentials

/// Who a container's program is, and what it may do: the security contexts of Pod and container together.
package struct ContainerAccount: Hashable, Sendable {
    package var user: Int64
    package var group: Int64
    package var hasReadOnlyRoot: Bool

    /// - Parameters:
    ///   - imageUser: the numbers that the image's own user comes to; nil where the image names none, which is root.
    package init(of container: JSONValue, pod: WholePod, imageUser: (user: Int64, group: Int64)?)
        throws(ContainerEnvironment.Problem)
    {
        let own = container["securityContext"] ?? [:]
        let shared = pod.spec["securityContext"] ?? [:]
        func member(_ name: String) -> JSONValue? { own[name] ?? shared[name] }
        let asked = member("runAsUser")?.integerValue
        user = asked ?? imageUser?.user ?? 0
        group = member("runAsGroup")?.integerValue ?? (asked == nil ? imageUser?.group : nil) ?? 0
        hasReadOnlyRoot = own["readOnlyRootFilesystem"]?.boolValue ?? false
        if member("runAsNonRoot")?.boolValue == true, user == 0 {
            throw ContainerEnvironment.Problem(message: "container has runAsNonRoot and image will run as root")
        }
        if own["privileged"]?.boolValue == true {
            throw ContainerEnvironment.Problem(message: "this node runs no privileged containers")
        }
        guard (0...4_294_967_294).contains(user), (0...4_294_967_294).contains(group) else {
            throw ContainerEnvironment.Problem(message: "runAsUser and runAsGroup are numbers from 0 to 4294967294")
        }
    }
}
