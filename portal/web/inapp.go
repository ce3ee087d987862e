package web

import (
	"bytes"

	"github.com/gofiber/fiber/v2"
)

// The browser inside WeChat neither prints nor saves files. Pages that are printed or
// taken along say there how to open them elsewhere; nothing else depends on it.
const inAppAgent = "MicroMessenger"

// isInApp reports whether a browser with this name is the one inside WeChat.
func isInApp(agent []byte) bool { return bytes.Contains(agent, []byte(inAppAgent)) }

// inApp reports whether the request comes from the browser inside WeChat.
func inApp(c *fiber.Ctx) bool { return isInApp(c.Request().Header.UserAgent()) }

// keptApart is added to what a kept page depends on where it is the one for WeChat.
// Such pages are kept by the visitor's own browser alone, so that no Vary is needed.
const keptApart = "in-app"
