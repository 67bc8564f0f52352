// SPDX-License-Identifier: Apache-2.0
import Essentials

/// What a container waits for whose image cannot be had, in the kubelet's words: `ErrImagePull` after a try, then
/// `ImagePullBackOff` until the next.
package struct PullWait: Hashable, Sendable {
    package private(set) var failures = 0

    package init() {}

    /// A try has failed: the two states, one after the other, and how long until the next try.
    package mutating func failed(image: String, message: String) -> (
        now: ContainerRun.State, then: ContainerRun.State, wait: Duration
    ) {
        failures += 1
        // 10 s, 20 s, 40 s, … and five minutes at most.
        let wait = min(Duration.seconds(300), .seconds(10) * (1 << min(10, failures - 1)))
        return (
            .waiting(reason: "ErrImagePull", message: message),
            .waiting(reason: "ImagePullBackOff", message: "Back-off pulling image \"\(image)\""), wait
        )
    }
}
